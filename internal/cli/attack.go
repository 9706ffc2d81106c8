package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/spelling"
)

type attackVerb struct {
	Name     string `arg:"" help:"The demo's attack: ${drills}."`
	Instance string `placeholder:"ID" help:"The instance that the records name. Default, where they are printed: the first that fits."`
	Template string `placeholder:"ID" help:"Of template: the launch template. Default, where they are printed: the first."`
	Group    string `placeholder:"NAME" help:"Of foreign-group: the group that the instance goes for. Default, where they are printed: the first that it is not of."`
	By       string `placeholder:"ARN" help:"The user or role whose calls they tell of: one made for the drill, since it is contained. Default: one that there is not."`
	Send     bool   `xor:"to" help:"Send them to the account's bus, instead of printing what aws events put-events --entries takes. For emulators."`
	Queue    string `xor:"to" placeholder:"URL" help:"Send them into riposte's own queue, past bus and rules, as on AWS: its URL."`
}

// Run tells the bus of an attack that did not happen, about things that there are.
func (v attackVerb) Run(ctx context.Context, sh *shell) error {
	d, err := drill(v.Name)
	if err != nil {
		return err
	}
	if err := v.counts(d); err != nil {
		return err
	}
	base, err := cloud.Load(ctx)
	if err != nil {
		return err
	}
	at := cloud.Home(base)
	target, err := v.target(ctx, d, base(at), at)
	if err != nil {
		return err
	}
	target.Now = sh.now()
	told, err := v.told(ctx, sh, d, target)
	if err != nil {
		return err
	}
	sh.remark("a drill: %s", about(d, target))
	for _, note := range target.notes {
		sh.remark("%s", note)
	}
	if !v.Send && v.Queue == "" {
		sh.object(entries(told))
		return nil
	}
	if err := v.named(d, target); err != nil {
		return err
	}
	sh.remark("what answers it is no drill: where the playbook acts, it changes these very things, and contains that caller")
	if v.Queue != "" {
		return sh.enqueue(ctx, sqs.NewFromConfig(base(at)), v.Queue, target.Place, told)
	}
	return sh.put(ctx, eventbridge.NewFromConfig(base(at)), told)
}

// drill is the row of a name, or says what there is instead.
func drill(name string) (demo.Drill, error) {
	all := demo.Drills()
	i := slices.IndexFunc(all, func(d demo.Drill) bool { return d.Attack == name })
	if i < 0 {
		return demo.Drill{}, wrongUsage("there is no attack %q%s", name, spelling.Among(name, drills()))
	}
	if all[i].Instead != "" {
		return demo.Drill{}, wrongUsage("%s can't be told of things of an account: %s", name, all[i].Instead)
	}
	return all[i], nil
}

// drills are the names of the attacks that can be told of an account's things.
func drills() (out []string) {
	for _, d := range demo.Drills() {
		if d.Instead == "" {
			out = append(out, d.Attack)
		}
	}
	return out
}

// counts refuses a flag that a drill has no use for.
func (v attackVerb) counts(d demo.Drill) error {
	for _, f := range []struct {
		name, value string
		counts      bool
	}{
		{"--instance", v.Instance, d.About != demo.Template && d.About != demo.Decoy},
		{"--template", v.Template, d.About == demo.Template},
		{"--group", v.Group, d.About == demo.Rival},
		{"--by", v.By, d.By == demo.User || d.By == demo.Session},
	} {
		if f.value != "" && !f.counts {
			return wrongUsage("%s says nothing to %s, which is about %s", f.name, d.Attack, d.About)
		}
	}
	if d.About == demo.Decoy && v.By == "" {
		return wrongUsage("%s wants --by: the ARN of the decoy's user (riposte decoy list)", d.Attack)
	}
	return nil
}

// named wants a person to have named what a drill that is sent is about: the answer is none, and the first thing that fits may be anybody's.
func (v attackVerb) named(d demo.Drill, t aim) error {
	switch {
	case d.About == demo.Decoy:
		return nil
	case d.About == demo.Template && v.Template == "":
		return wrongUsage("what is sent wants its launch template named, since the answer changes that very one: --template %s is the first", t.TemplateID)
	case d.About != demo.Template && v.Instance == "":
		return wrongUsage("what is sent wants its instance named, since the answer changes that very one, or denies its role: --instance %s is the first that fits", t.Instance)
	case d.About == demo.Rival && v.Group == "":
		return wrongUsage("what is sent wants its group named, since the answer changes that very one: --group %s is the first that fits", t.Group)
	}
	return nil
}

// about says what a drill names.
func about(d demo.Drill, t aim) string {
	switch d.About {
	case demo.Member:
		return fmt.Sprintf("%s of group %s, from %s, as if the group had launched it just now", t.Instance, t.Group, t.Image)
	case demo.Template:
		return fmt.Sprintf("launch template %s (%s), as if %s had made its version %s the default just now", t.Template, t.TemplateID, t.Caller.ARN, t.Version)
	case demo.Rival:
		return fmt.Sprintf("group %s, as if %s of %s had emptied it just now", t.Group, t.Instance, t.Caller.ARN)
	case demo.Bearer:
		if d.By == demo.Itself {
			return fmt.Sprintf("the credentials of %s, of %s, as if they had been used from elsewhere just now", t.Instance, t.Caller.ARN)
		}
	case demo.Decoy:
		return fmt.Sprintf("%s, as if its key had been tried just now", t.Caller.ARN)
	}
	return fmt.Sprintf("%s, as if %s had done to it just now what riposte demo --attack %s shows", t.Instance, t.Caller.ARN, d.Attack)
}

// told plays the attack on the demo's world, out of sight.
func (v attackVerb) told(ctx context.Context, sh *shell, d demo.Drill, t aim) ([]demo.Telling, error) {
	store, err := sqlite.Open(ctx, sqlite.Memory)
	if err != nil {
		return nil, fmt.Errorf("open a ledger in memory: %w", err)
	}
	defer store.Close()
	stage, err := demo.Open(demo.Options{Catalogue: sh.catalogue, Kinds: sh.kinds, Store: store, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return nil, err
	}
	return stage.Drill(ctx, d, t.Target)
}
