package cli

// cli is the whole command line: one field per verb, each in a file of its own.
type cli struct {
	Format string `default:"text" help:"How results are printed."`

	Demo   demoVerb   `cmd:"" group:"See" help:"Watch attacks on an AWS that lives in memory, and what riposte does about them."`
	Replay replayVerb `cmd:"" group:"See" help:"Read recorded CloudTrail and say what would have been done."`

	Backtest backtestVerb `cmd:"" group:"See" help:"Say what the playbooks would have done about a month of your own history."`

	Paths pathsVerb `cmd:"" group:"See" help:"Say who comes to administrator, hop by hop, and what to take away."`

	Simulate simulateVerb `cmd:"" group:"See" help:"Decide one call by policies from files, or say which recorded calls a changed policy would cut off."`
	Learn    learnVerb    `cmd:"" group:"See" help:"Say who used which action last, by recorded CloudTrail."`

	Attack attackVerb `cmd:"" group:"See" help:"Tell the event bus of an attack of the demo, as a drill."`

	Sweep sweepVerb `cmd:"" group:"See" help:"List what lies in the accounts, and say what playbooks look for in it."`

	Serve   serveVerb   `cmd:"" group:"Run" help:"Take events and answer them, until told to stop."`
	Console consoleVerb `cmd:"" group:"Run" help:"Show a ledger as web pages, and take people's orders there."`

	Cases      casesVerb      `cmd:"" group:"Cases" help:"List the cases of a ledger."`
	Case       caseVerb       `cmd:"" group:"Cases" help:"Show one case: who, what, when, and every step."`
	Incidents  incidentsVerb  `cmd:"" group:"Cases" help:"List incidents: the cases of one actor, as one."`
	Incident   incidentVerb   `cmd:"" group:"Cases" help:"Show one incident: who, what asks, and what happened when."`
	Approve    approveVerb    `cmd:"" group:"Cases" help:"Let a case that asks go on."`
	Answer     answerVerb     `cmd:"" group:"Cases" help:"Say whether it was you, where a case asks that."`
	Dismiss    dismissVerb    `cmd:"" group:"Cases" help:"Say no to what a case asks."`
	Owner      ownerVerb      `cmd:"" group:"Cases" help:"Say whose a resource is, and how that is known."`
	Patch      patchVerb      `cmd:"" group:"Cases" help:"Print what would mend a case in the code that makes it."`
	Effects    effectsVerb    `cmd:"" group:"Cases" help:"List what stands in the accounts: each change that riposte made and keeps."`
	Undo       undoVerb       `cmd:"" group:"Cases" help:"Take back what a case did, or what all of them did."`
	Except     exceptVerb     `cmd:"" group:"Cases" help:"Let be what a case found, for a while."`
	Exceptions exceptionsVerb `cmd:"" group:"Cases" help:"List what is let be, and until when."`
	Revoke     revokeVerb     `cmd:"" group:"Cases" help:"End an exception."`
	Halt       haltVerb       `cmd:"" group:"Cases" help:"Stop every change, or those of one account, playbook or class."`
	Release    releaseVerb    `cmd:"" group:"Cases" help:"Let changes be made again."`
	Letters    lettersVerb    `cmd:"" group:"Cases" help:"List who was told what, or would be."`
	Ledger     ledgerVerb     `cmd:"" group:"Cases" help:"The record itself."`

	Init        initVerb        `cmd:"" group:"Set up" help:"Look at an organisation, write a configuration that observes, and say what to type."`
	Decoy       decoyVerb       `cmd:"" group:"Set up" help:"Plant users whose keys are laid out for thieves, list them, take them away."`
	Playbooks   playbooksVerb   `cmd:"" group:"Set up" help:"List what riposte finds."`
	Explain     explainVerb     `cmd:"" group:"Set up" help:"Explain one playbook: why, triggers, rights, parameters, prevention."`
	Promote     promoteVerb     `cmd:"" group:"Set up" help:"Let a playbook go further: with the evidence, in one place, for a while."`
	Demote      demoteVerb      `cmd:"" group:"Set up" help:"Let a playbook go less far."`
	Permissions permissionsVerb `cmd:"" group:"Set up" help:"Print the exact IAM policies that riposte needs."`
	Validate    validateVerb    `cmd:"" group:"Set up" help:"Check a configuration without touching AWS."`
	Slack       slackVerb       `cmd:"" group:"Set up" help:"Print the manifest of riposte's app for Slack."`
	Doctor      doctorVerb      `cmd:"" group:"Set up" help:"Check a configuration against the accounts that it is for."`
	Completion  completionVerb  `cmd:"" group:"Set up" help:"Print a script that completes riposte's command line in your shell."`
	Complete    completeVerb    `cmd:"" hidden:""`
	Version     versionVerb     `cmd:"" group:"Set up" help:"Print the version."`
}

// description stands at the head of the help.
const description = `riposte watches what happens in an AWS organisation, recognises what must not happen, and answers: it contains the
attack or mends the misconfiguration, and can take back every answer but those that end something, which it names
beforehand.

Begin with "riposte demo", which needs no AWS account, or with "riposte replay" over CloudTrail files of your own; on AWS, with
"riposte init".

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 with --fail-on when something that severe was found,
130 stopped by a signal before it was done.`
