package inventory

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Setting is what an account has chosen for all that EC2 makes in a region.
type Setting struct {
	Region    string
	Metadata  types.InstanceMetadataDefaultsResponse // of launches that say nothing; what is empty was not chosen
	Encrypted bool                                   // new volumes and copies of snapshots are
}

// Settings are one item for each region: two calls.
func Settings() Type[Setting] {
	return Type[Setting]{
		Kind: event.Setting, Everywhere: true, Reads: []call.ID{call.EC2GetInstanceMetadataDefaults, call.EC2GetEbsEncryptionByDefault},
		Pages: func(ctx context.Context, r access.Reads, at event.Place) iter.Seq2[[]Setting, error] {
			return func(yield func([]Setting, error) bool) {
				s, err := SettingOf(ctx, r, at)
				if err != nil {
					yield(nil, err)
					return
				}
				yield([]Setting{s}, nil)
			}
		},
		ID: func(s Setting) string { return s.Region },
	}
}

// SettingOf reads what an account has chosen for a region: two calls, of which either may fail.
func SettingOf(ctx context.Context, r access.Reads, at event.Place) (Setting, error) {
	s := Setting{Region: at.Region}
	defaults, err := r.EC2(at).GetInstanceMetadataDefaults(ctx, &ec2.GetInstanceMetadataDefaultsInput{})
	if err != nil {
		return s, fmt.Errorf("read metadata defaults of %s: %w", at.Region, err)
	}
	if defaults.AccountLevel != nil {
		s.Metadata = *defaults.AccountLevel
	}
	encryption, err := r.EC2(at).GetEbsEncryptionByDefault(ctx, &ec2.GetEbsEncryptionByDefaultInput{})
	if err != nil {
		return s, fmt.Errorf("read whether new volumes of %s are encrypted: %w", at.Region, err)
	}
	s.Encrypted = aws.ToBool(encryption.EbsEncryptionByDefault)
	return s, nil
}
