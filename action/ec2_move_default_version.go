package action

import (
	"context"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// moveDefaultVersionKind is ec2.default-version for what is put right and not contained: an owner who chooses another default is not fought.
var moveDefaultVersionKind = Define[MoveDefaultVersion](Kind{
	Name: "ec2.move-default-version", Version: 1, Does: "move a launch template's default to a version that was put right", Class: Mend, Tier: TierAuthor, Yields: true, WayBack: "ec2.move-default-version",
	Reads:  []call.ID{call.EC2DescribeLaunchTemplates},
	Writes: []call.ID{call.EC2ModifyLaunchTemplate},
})

// MoveDefaultVersion wants a template's default to be one version. It is its own way back, with the version that was.
type MoveDefaultVersion struct {
	Template event.Resource // by id
	Version  int64
}

// About is the action as data.
func (m MoveDefaultVersion) About() About {
	about := DefaultVersion(m).About()
	about.Kind = moveDefaultVersionKind
	return about
}

// Look reads the default.
func (m MoveDefaultVersion) Look(ctx context.Context, r access.Reads) (Look, error) {
	look, err := DefaultVersion(m).Look(ctx, r)
	if was, ok := look.Inverse.(DefaultVersion); ok {
		look.Inverse = MoveDefaultVersion(was)
	}
	return look, err
}

// Do moves the default.
func (m MoveDefaultVersion) Do(ctx context.Context, w access.Writes) error {
	return DefaultVersion(m).set(ctx, w)
}

// back sets the version that was default, unless another caller has chosen one since.
func (m MoveDefaultVersion) back(now Action, did []Action) Back {
	was := make([]Action, len(did))
	for i, a := range did {
		if moved, ok := a.(MoveDefaultVersion); ok {
			was[i] = DefaultVersion(moved)
		}
	}
	present, _ := now.(MoveDefaultVersion)
	b := DefaultVersion(m).back(DefaultVersion(present), was)
	if b.Do != nil {
		b.Do = m
	}
	return b
}
