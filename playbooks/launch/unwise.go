package launch

import "github.com/ripostehq/riposte/playbook"

// Unwise warns where Amazon's own images are answered and nobody has said that they should be.
func (p ImagePolicy) Unwise() []playbook.Wrong {
	if len(p.AllowOwners)+len(p.AllowIDs) > 0 {
		return nil
	}
	return []playbook.Wrong{{Path: []any{"allow_owners"}, Text: "allow_owners names nobody, so all but the organisation's own images are answered, Amazon's public ones too " +
		"(nodes of EKS, ECS, Elastic Beanstalk); add amazon where they are used, or self to say that they are not"}}
}

// Unwise is that of the policy.
func (p ImageParams) Unwise() []playbook.Wrong { return p.policy().Unwise() }
