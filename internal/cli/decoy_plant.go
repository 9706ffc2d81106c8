package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/decoy"
)

type plantVerb struct {
	ledgerFlag
	Account string `placeholder:"ID" help:"The account that the user is made in. Default: the only one that the configuration lists."`
	Name    string `placeholder:"NAME" help:"What the user is called: as others of the account are. Default: an ordinary name."`
	DryRun  bool   `help:"Say what would be done, and do nothing."`
}

// planted is what --format json prints. The secret is printed here, once, and nowhere else.
type planted struct {
	decoy.Decoy
	Secret     string   `json:"secret_access_key,omitempty"`
	DryRun     bool     `json:"dry_run,omitempty"`
	Keys       []string `json:"keys"` // for the configuration, with those that it has
	Principals []string `json:"principals"`
}

// Run plants a decoy.
func (v plantVerb) Run(ctx context.Context, sh *shell) error {
	g, err := v.grounds(ctx, sh)
	if err != nil {
		return err
	}
	defer g.record.Close()
	at, err := g.account(v.Account)
	if err != nil {
		return err
	}
	if v.Name == "" {
		if v.Name, err = decoy.Name(); err != nil {
			return err
		}
	}
	if !decoy.Valid(v.Name) {
		return wrongUsage("--name %q is no name of a user: up to 64 letters, digits and +=,.@_-, without a path", v.Name)
	}
	out := planted{DryRun: v.DryRun, Keys: []string{}, Principals: []string{}, Decoy: decoy.At(at, v.Name)}
	if v.DryRun {
		err = g.Free(ctx, out.User)
	} else {
		var secret decoy.Secret
		out.Decoy, secret, err = g.Plant(ctx, at, v.Name)
		out.Secret = string(secret)
	}
	if err != nil && out.Secret == "" {
		return err
	}
	for _, id := range append(g.config.Facts().Decoys, out.Key, out.UserID) {
		switch {
		case strings.HasPrefix(id, "AKIA"):
			out.Keys = append(out.Keys, id)
		case id != "":
			out.Principals = append(out.Principals, id)
		}
	}
	sh.planted(out)
	if err != nil {
		return err // the key is there, and what the ledger has of it is not whole
	}
	return sh.unprinted
}

func (sh *shell) planted(p planted) {
	switch {
	case sh.json():
		sh.object(p)
	case p.DryRun:
		sh.line("would make user %s, deny it everything, and give it a key", p.User.String())
	default:
		sh.line("user      %s", p.User.String())
		sh.line("id        %s", p.UserID)
		sh.line("record    case %s", p.Case)
		sh.line("\nLay this out where a thief looks. The secret is shown this once, and kept nowhere:\n")
		sh.line("[default]\naws_access_key_id = %s\naws_secret_access_key = %s", p.Key, p.Secret)
		sh.line("\nA use is noticed from when this is in the configuration, and rules deliver it (riposte permissions --patterns):\n")
		sh.text(fmt.Sprintf("playbooks:\n  identity.decoy-used:\n    params:\n      keys: [%s]\n      principals: [%s]\n",
			strings.Join(p.Keys, ", "), strings.Join(p.Principals, ", ")))
	}
}

type decoysVerb struct {
	ledgerFlag
}

// standing is one line of the list.
type standing struct {
	decoy.Found
	ID         string `json:"id"`         // what it is taken away by, or what the configuration names
	Configured bool   `json:"configured"` // its uses are noticed
	State      string `json:"state"`      // stands, begun: its planting has not ended, gone, odd, removed, unknown, foreign: configured, and not planted by this ledger's riposte
	Says       string `json:"says,omitempty"`
}

// Run lists decoys.
func (v decoysVerb) Run(ctx context.Context, sh *shell) error {
	g, err := v.grounds(ctx, sh)
	if err != nil {
		return err
	}
	defer g.record.Close()
	all, err := decoy.Planted(ctx, g.record.Store)
	if err != nil {
		return err
	}
	configured, failed := g.config.Facts().Decoys, false
	known := map[string]bool{}
	for _, d := range all {
		known[d.UserID], known[d.Key] = true, true
		s := standing{Found: decoy.Found{Decoy: d}, ID: d.ID(), Configured: slices.Contains(configured, d.UserID) || slices.Contains(configured, d.Key)}
		if d.Removed && !s.Configured {
			continue
		}
		s.look(ctx, g)
		failed = failed || s.State == "unknown"
		sh.standing(s)
	}
	for _, id := range configured {
		if !known[id] {
			sh.standing(standing{ID: id, Configured: true, State: "foreign", Says: "it is watched, and riposte did not plant it"})
		}
	}
	if failed {
		return silent(exitFailed)
	}
	return sh.unprinted
}

func (s *standing) look(ctx context.Context, g grounds) {
	if s.State = "removed"; s.Removed {
		s.Says = "it was taken away: take it out of the configuration"
		return
	}
	f, err := g.Look(ctx, s.Decoy)
	s.Found = f
	switch {
	case err != nil:
		s.State, s.Says = "unknown", err.Error()
	case f.Gone != "":
		s.State, s.Says = "gone", f.Gone
	case f.Odd != "":
		s.State, s.Says = "odd", f.Odd
	case f.Begun:
		s.State, s.Says = "begun", "its planting was interrupted, or is under way: riposte decoy remove "+s.ID+" takes away what it left"
	default:
		s.State = "stands"
	}
}

func (sh *shell) standing(s standing) {
	if sh.json() {
		sh.object(s)
		return
	}
	noticed := "uses are noticed"
	if !s.Configured {
		noticed = "uses are NOT noticed: it is not in the configuration"
	}
	sh.line("%-22s %-8s %s", s.ID, s.State, noticed)
	did := "planted"
	if s.Begun {
		did = "planting begun"
	}
	if s.Case != "" {
		sh.line("  user %s, %s %s by %s", s.User.String(), did, s.At.UTC().Format("2006-01-02T15:04:05Z"), s.By)
	}
	for _, k := range s.Keys {
		state, used := "active", "never used, as far as IAM knows"
		if !k.Active {
			state = "switched off"
		}
		if k.Used != "" {
			used = "used " + k.Used
		}
		sh.line("  key  %s, %s, %s", k.ID, state, used)
	}
	if s.Says != "" {
		sh.line("  %s", s.Says)
	}
}
