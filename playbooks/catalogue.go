// Package playbooks lists the product: every playbook, in the order in which people read them.
package playbooks

import (
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/exposure"
	"github.com/ripostehq/riposte/playbooks/hardening"
	"github.com/ripostehq/riposte/playbooks/identity"
	"github.com/ripostehq/riposte/playbooks/launch"
	"github.com/ripostehq/riposte/playbooks/network"
	"github.com/ripostehq/riposte/playbooks/ownership"
	"github.com/ripostehq/riposte/playbooks/scaling"
	"github.com/ripostehq/riposte/playbooks/takeover"
	"github.com/ripostehq/riposte/playbooks/waste"
)

// All is the catalogue.
func All() []playbook.Definition {
	return []playbook.Definition{
		launch.UnapprovedImage(),
		launch.UnapprovedTemplate(),
		launch.TerminationUnprotected(),
		launch.ByHand(),
		exposure.SnapshotShared(),
		exposure.DBSnapshotShared(),
		network.OpenAdminPort(),
		scaling.ForeignGroup(),
		identity.CredentialsElsewhere(),
		identity.DecoyUsed(),
		identity.DecoyTried(),
		identity.CredentialLock(),
		identity.ByHandUser(),
		identity.CloudShellSecrets(),
		identity.DeployRole(),
		identity.NewWay(),
		takeover.DanglingRecord(),
		takeover.OrphanDelegation(),
		identity.UnusedPermission(),
		ownership.Creator(),
		ownership.ByHand(),
		hardening.IMDSv1(),
		hardening.TerminationProtection(),
		hardening.Encryption(),
		hardening.StaticKeys(),
		hardening.TagStandard(),
		hardening.TLS(),
		waste.UnattachedVolume(),
		waste.UnusedAddress(),
		waste.UnusedLoadBalancer(),
		waste.StaleSnapshot(),
		waste.IdleDatabase(),
		waste.IdleWarehouse(),
		waste.UnderusedInstance(),
		waste.StoppedInstance(),
	}
}
