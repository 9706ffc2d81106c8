package action

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// metadataDefaultKind chooses whether launches that say nothing require tokens. It is its own way back.
var metadataDefaultKind = Define[MetadataDefault](Kind{
	Name: "ec2.metadata-default", Version: 1, Does: "choose whether launches that say nothing require tokens", Class: Mend, Tier: TierMend, Yields: true, WayBack: "ec2.metadata-default",
	Reads:  []call.ID{call.EC2GetInstanceMetadataDefaults},
	Writes: []call.ID{call.EC2ModifyInstanceMetadataDefaults},
})

// encryptByDefaultKind has all new volumes of a region encrypted.
var encryptByDefaultKind = Define[EncryptByDefault](Kind{
	Name: "ec2.encrypt-by-default", Version: 1, Does: "have new volumes of a region encrypted", Class: Mend, Tier: TierMend, Yields: true, WayBack: "ec2.leave-unencrypted",
	Reads:  []call.ID{call.EC2GetEbsEncryptionByDefault},
	Writes: []call.ID{call.EC2EnableEbsEncryptionByDefault},
})

// leaveUnencryptedKind is the way back.
var leaveUnencryptedKind = Define[LeaveUnencrypted](Kind{
	Name: "ec2.leave-unencrypted", Version: 1, Does: "leave it to each caller whether new volumes are encrypted", Class: Mend, Tier: TierMend, Yields: true,
	Reads:  []call.ID{call.EC2GetEbsEncryptionByDefault},
	Writes: []call.ID{call.EC2DisableEbsEncryptionByDefault},
})

// MetadataDefault wants tokens to be required, optional, or no matter (no-preference), where a launch in a region says nothing.
type MetadataDefault struct {
	Region event.Resource // a Setting
	Tokens string
}

// EncryptByDefault wants volumes and copies of snapshots encrypted that are made from now on; what there is stays as it is.
// https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
type EncryptByDefault struct{ Region event.Resource }

// LeaveUnencrypted wants the default off.
type LeaveUnencrypted struct{ Region event.Resource }

// About is the action as data.
func (m MetadataDefault) About() About {
	return About{Kind: metadataDefaultKind, Target: m.Region, Facet: "metadata", Hits: "launches in " + m.Region.ID + " that say nothing of tokens: " + m.Tokens}
}

// Look reads what was chosen. What a declarative policy manages no principal of the account can change.
func (m MetadataDefault) Look(ctx context.Context, r access.Reads) (Look, error) {
	out, err := r.EC2(m.Region.Place()).GetInstanceMetadataDefaults(ctx, &ec2.GetInstanceMetadataDefaultsInput{})
	if err != nil {
		return Look{}, fmt.Errorf("read metadata defaults of %s: %w", m.Region.ID, err)
	}
	now := string(types.MetadataDefaultHttpTokensStateNoPreference)
	if level := out.AccountLevel; level != nil {
		now = cmp.Or(string(level.HttpTokens), now)
		if level.ManagedBy == types.ManagedByDeclarativePolicy && now != m.Tokens {
			return Look{Refused: "a declarative policy manages the metadata defaults"}, nil
		}
	}
	if now == m.Tokens {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: MetadataDefault{m.Region, now}}, nil
}

// Do says nothing of the other defaults, which stay.
func (m MetadataDefault) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(m.Region.Place()).ModifyInstanceMetadataDefaults(ctx, &ec2.ModifyInstanceMetadataDefaultsInput{HttpTokens: types.MetadataDefaultHttpTokensState(m.Tokens)})
	return Refused("set metadata defaults of "+m.Region.ID, err)
}

// back gives the former default back, unless another caller has chosen since.
func (m MetadataDefault) back(now Action, did []Action) Back {
	for _, a := range did {
		if a == now {
			return Back{Do: m}
		}
	}
	return Back{Stays: []string{"the metadata defaults were changed since by another caller"}}
}

// About is the action as data.
func (e EncryptByDefault) About() About {
	return About{Kind: encryptByDefaultKind, Target: e.Region, Facet: "encryption"}
}

// Look reads the default.
func (e EncryptByDefault) Look(ctx context.Context, r access.Reads) (Look, error) {
	on, err := lookEncryption(ctx, r, e.Region)
	if err != nil || on {
		return Look{Satisfied: true}.unless(err)
	}
	return Look{Inverse: LeaveUnencrypted(e)}, nil
}

// Do switches the default on.
func (e EncryptByDefault) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(e.Region.Place()).EnableEbsEncryptionByDefault(ctx, &ec2.EnableEbsEncryptionByDefaultInput{})
	return Refused("encrypt new volumes of "+e.Region.ID, err)
}

// About is the action as data.
func (l LeaveUnencrypted) About() About {
	return About{Kind: leaveUnencryptedKind, Target: l.Region, Facet: "encryption"}
}

// Look reads the default.
func (l LeaveUnencrypted) Look(ctx context.Context, r access.Reads) (Look, error) {
	on, err := lookEncryption(ctx, r, l.Region)
	if err != nil || !on {
		return Look{Satisfied: true}.unless(err)
	}
	return Look{Inverse: EncryptByDefault(l)}, nil
}

// Do switches the default off.
func (l LeaveUnencrypted) Do(ctx context.Context, w access.Writes) error {
	_, err := w.EC2(l.Region.Place()).DisableEbsEncryptionByDefault(ctx, &ec2.DisableEbsEncryptionByDefaultInput{})
	return Refused("leave new volumes of "+l.Region.ID+" unencrypted", err)
}

func lookEncryption(ctx context.Context, r access.Reads, of event.Resource) (bool, error) {
	out, err := r.EC2(of.Place()).GetEbsEncryptionByDefault(ctx, &ec2.GetEbsEncryptionByDefaultInput{})
	if err != nil {
		return false, fmt.Errorf("read whether new volumes of %s are encrypted: %w", of.ID, err)
	}
	return aws.ToBool(out.EbsEncryptionByDefault), nil
}
