package config

import (
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/strict"
	"github.com/ripostehq/riposte/playbook"
)

// Parse reads a configuration and checks it against the catalogue. The error is strict.Problems: all of them, by place.
// No bytes at all are a configuration too: every playbook observes.
func Parse(name string, data []byte, catalogue []playbook.Definition) (*Config, error) {
	doc, err := strict.Parse(name, data)
	if err != nil {
		return nil, err
	}
	f := defaults()
	doc.Root().Decode(&f, "")
	c := &Config{
		File: name, root: doc.Root(), Organization: f.Organization, Trusted: f.Trusted, Untouchable: f.Untouchable, BreakGlass: f.BreakGlass,
		Sources: f.Sources, Ledger: f.Ledger, Report: f.Report, Limits: f.Limits, Tags: f.Tags, Console: f.Console, Metrics: f.Metrics, Canary: f.Canary, Sweep: f.Sweep,
		Code: f.Code, Lambda: f.Lambda, Groups: f.People.Groups, treatments: map[string]Treatment{}, Owners: f.Owners, Approval: f.Approval, Exceptions: f.Exceptions,
		rules: map[string]rules{}, tells: map[string]bool{}, inCode: map[string]InCode{}, accounts: map[string]Account{}, params: map[string]any{},
	}
	check := checker{c: c, root: doc.Root(), catalogue: catalogue}
	for _, d := range catalogue {
		check.ids, c.tells[d.ID] = append(check.ids, d.ID), d.Tells
		if c.inCode[d.ID] = CodeAlone; d.AtOnce {
			c.inCode[d.ID] = CodeAndAPI
		}
	}
	check.organization()
	check.people(f.People)
	check.persons(f.People)
	check.approval()
	check.owners()
	check.exceptions()
	check.answers()
	check.trusted()
	check.principals()
	check.sources()
	check.report()
	check.settings()
	check.code()
	check.playbooks(f.Playbooks)
	check.decoys()
	check.unreachable()
	if doc.Err() == nil {
		check.unwise()
	}
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return c, nil
}

func defaults() file {
	return file{
		Ledger: Ledger{SQLite, "riposte.db"},
		Limits: Limits{IncidentsPerHour: 10, DestroyPerHour: 3},
		Tags:   Tags{Prefix: action.TagPrefix},
		Sweep:  Sweep{Zone: Zone{time.UTC}, Spread: Span(2 * time.Hour), CallsPerAccount: 5000, Limits: SweepLimits{PerPlaybook: 20, PerAccount: 20, Organisation: 100, SharePercent: 10}},

		Approval:   Approval{CommandLine: HaltOnly, Production: Production{Destroy: Destroy{Persons: 2}}},
		Exceptions: Exceptions{Contain: 31 * day, Owner: 31 * day, Production: 366 * day},

		Report:  Report{Zone: Zone{time.UTC}, Slack: Slack{Approve: []Click{Click(action.Mend)}}, PagerDuty: PagerDuty{Region: "us"}},
		Metrics: Metrics{Listen: DefaultMetrics},
		Lambda:  Lambda{Metrics: DefaultNamespace},
	}
}
