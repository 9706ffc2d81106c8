package hardening

import (
	"context"
	_ "embed"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
)

//go:embed testdata/encryption.txtar
var encryptionStories string

// EncryptionParams are the parameters of hardening.encryption.
type EncryptionParams struct {
	Volumes bool `yaml:"volumes" help:"whether sweeps list unencrypted volumes, too: they can't be encrypted where they are, and make no case"`
}

// Encryption finds regions in which new disks are not encrypted, and disks that are not.
func Encryption() playbook.Definition {
	return playbook.Define(playbook.Spec[EncryptionParams, plain]{
		ID:       "hardening.encryption",
		Title:    "New disks are not encrypted by default",
		Why:      whyEncryption,
		Severity: playbook.Low,
		Lists: []playbook.Listing[EncryptionParams, plain]{
			playbook.List(inventory.Settings(), func(at event.Resource, s inventory.Setting, _ EncryptionParams) *playbook.Listed[plain] {
				if s.Encrypted {
					return nil
				}
				return &playbook.Listed[plain]{Suspect: playbook.Suspect[plain]{Resource: at, Title: "new volumes in " + at.ID + " are not encrypted by default"}}
			}),
			playbook.List(inventory.Volumes(), listPlainVolume),
		},
		Ripe: func(_ playbook.Streak, f plain, _ time.Time, _ EncryptionParams) bool { return !f.Volume }, // which a person has to copy

		Reads:   []call.ID{call.EC2GetEbsEncryptionByDefault, call.EC2GetInstanceMetadataDefaults},
		Changes: playbook.Always[EncryptionParams](action.EncryptByDefault{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.ServiceControlPolicy,
			How:  "Deny volumes that are not encrypted, and switching the default off. Launches that ask for no encryption fail then, where the default is off: switch it on first.",
			Document: `{"Version":"2012-10-17","Statement":[{"Sid":"OnlyEncrypted","Effect":"Deny","Action":["ec2:CreateVolume","ec2:RunInstances"],"Resource":"arn:*:ec2:*:*:volume/*",` +
				`"Condition":{"Bool":{"ec2:Encrypted":"false"}}},{"Sid":"DefaultStays","Effect":"Deny","Action":"ec2:DisableEbsEncryptionByDefault","Resource":"*"}]}`,
		}},
		Stories: encryptionStories,
		Suspect: func(event.Event, EncryptionParams) []playbook.Suspect[plain] { return nil },
		Check:   checkEncryption,
		Plan: func(s playbook.Suspect[plain], _ EncryptionParams) (plan action.Plan) {
			if !s.Facts.Volume {
				plan.Steps = append(plan.Steps, action.Try(action.EncryptByDefault{Region: s.Resource}).Asking(encryptionAsks))
			}
			return plan
		},
	})
}

const encryptionAsks = "disks, snapshots and images made from now on are encrypted with the account's default key: other accounts can't use them where that is AWS's own, and launches fail where " +
	"the key is disabled or a launching role may not use it"

const whyEncryption = `A disk that is not encrypted can be given away with a snapshot, by whoever may share one. With EBS encryption by default, all volumes and
copies of snapshots that are made from then on in the region are encrypted, at no cost. What there is stays as it is: nothing encrypts a volume or a database where it
is, so sweeps list unencrypted volumes (volumes) for their owners, who copy the snapshot with encryption, and nothing is changed and no case made of them. Switching the default
on is asked about, always: accounts that build images for others need a key of their own first, since what AWS's own key encrypts can't be shared, and launching roles need the right to use
another key. Known false positive: an account that builds images for others; give the finding an exception there, or answer no. Undo switches the default off; what was encrypted meanwhile stays so.`

// plain are the facts.
type plain struct {
	Volume bool `json:",omitempty"` // a volume, of which sweeps tell only
}

func listPlainVolume(at event.Resource, v types.Volume, p EncryptionParams) *playbook.Listed[plain] {
	if !p.Volumes || aws.ToBool(v.Encrypted) {
		return nil
	}
	return &playbook.Listed[plain]{Suspect: playbook.Suspect[plain]{
		Resource: at, Title: "volume " + at.ID + " is not encrypted: copy its snapshot with encryption, and make a volume of the copy", Facts: plain{Volume: true},
	}}
}

// checkEncryption looks at the default once more.
func checkEncryption(ctx context.Context, in playbook.In, s playbook.Suspect[plain], _ EncryptionParams) ([]playbook.Suspect[plain], error) {
	if s.Facts.Volume {
		return nil, nil
	}
	setting, err := inventory.SettingOf(ctx, in.AWS, s.Resource.Place())
	if err != nil || setting.Encrypted {
		return nil, err
	}
	return []playbook.Suspect[plain]{s}, nil
}
