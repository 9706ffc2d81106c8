package cli

import (
	"context"
	"slices"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/spelling"
	"github.com/ripostehq/riposte/playbook"
)

type playbooksVerb struct{ configFlag }

// listed is what --format json prints per playbook.
type listed struct {
	ID        string                 `json:"id"`
	Title     string                 `json:"title"`
	Severity  playbook.Severity      `json:"severity"`
	Mode      config.Mode            `json:"mode"`
	Elsewhere map[string]config.Mode `json:"elsewhere,omitempty"` // where it is another one
	Triggers  []trigger              `json:"triggers"`
	Changes   []string               `json:"changes"`
}

type trigger struct {
	Source string   `json:"source,omitempty"`
	Events []string `json:"events,omitempty"`
	By     string   `json:"by,omitempty"`    // whose calls, whatever they are
	Lists  string   `json:"lists,omitempty"` // what a daily sweep lists
}

func triggers(d playbook.Definition) []trigger {
	out := []trigger{}
	for _, heard := range d.Hears() {
		out = append(out, trigger{Source: heard.Source, Events: heard.Names})
	}
	for _, l := range d.Lists {
		out = append(out, trigger{Lists: l.Kind})
	}
	for _, c := range d.Callers() {
		out = append(out, trigger{By: c.Says()})
	}
	return out
}

// Run lists the catalogue.
func (v playbooksVerb) Run(ctx context.Context, sh *shell) error {
	c, err := v.load(ctx, sh)
	if err != nil {
		return err
	}
	t := table{{"PLAYBOOK", "SEVERITY", "MODE", "FINDS"}}
	for _, d := range sh.catalogue {
		if !sh.json() {
			t = append(t, []string{d.ID, severity(d.Severity), c.Modes(d.ID, sh.now()), d.Title})
			continue
		}
		mode, _ := c.ModeAt(d.ID, config.Standing{}, "", sh.now())
		one := listed{d.ID, d.Title, d.Severity, mode, c.Elsewhere(d.ID, sh.now()), triggers(d), []string{}}
		for _, k := range d.Changes {
			one.Changes = append(one.Changes, k.Name)
		}
		sh.object(one)
	}
	sh.table(t)
	return nil
}

// find is a playbook by its id; the error names the one that was probably meant, or which there are.
func (sh *shell) find(id string) (playbook.Definition, error) {
	i := slices.IndexFunc(sh.catalogue, func(d playbook.Definition) bool { return d.ID == id })
	if i < 0 {
		return playbook.Definition{}, wrongUsage("there is no playbook %q%s", id, spelling.Among(id, ids(sh.catalogue)))
	}
	return sh.catalogue[i], nil
}
