package launch

import "github.com/ripostehq/riposte/playbook"

// Unwise warns where anybody's image may be launched, and Amazon's own are answered: both follow from naming no owner.
func (p ImagePolicy) Unwise() []playbook.Wrong {
	if len(p.AllowOwners)+len(p.AllowIDs) > 0 {
		return nil
	}
	return []playbook.Wrong{{Path: []any{"allow_owners"}, Text: "no owner is required, so whoever shares an image with the account may have it launched, and Amazon's public images " +
		"are answered too (nodes of EKS, ECS, Elastic Beanstalk); set allow_owners: [self, amazon], or the accounts that make your images"}}
}

// Unwise is that of the policy.
func (p ImageParams) Unwise() []playbook.Wrong { return p.policy().Unwise() }
