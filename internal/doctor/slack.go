package doctor

import (
	"context"
	"maps"
	"slices"
)

// slack looks whether people would be told in Slack, and could answer there. It sends nothing.
func (p Parts) slack(ctx context.Context) (found []Finding) {
	in := p.Config.Report.Slack
	if in.Token == "" {
		return nil
	}
	ctx, cancel := p.limited(ctx)
	defer cancel()
	channel, err := p.Slack(ctx)
	if err != nil {
		return one(Finding{Check: "slack"}, err, "put the bot's token where report.slack.token says that it is")
	}
	channels := []string{in.Channel}
	for _, name := range slices.Sorted(maps.Keys(p.Config.Groups)) {
		if g := p.Config.Groups[name]; g.Slack != "" && !slices.Contains(channels, g.Slack) {
			channels = append(channels, g.Slack)
		}
	}
	for _, look := range channel.Inspect(ctx, channels, p.Config.Approvers()) {
		f := Finding{Check: "slack", State: OK, Says: look.Says}
		if look.Err == nil && look.Mend != "" {
			f.State, f.Mend = Warning, look.Mend
		}
		found = append(found, one(f, look.Err, look.Mend)...)
	}
	if in.AppToken == "" && p.Config.Lambda.AnswerQueue == "" {
		found = append(found, Finding{Check: "slack", State: Warning, Says: "clicks come nowhere: people are told in Slack, and answer elsewhere",
			Mend: "for riposte serve name report.slack.app_token, for the function lambda.answer_queue and report.slack.signing_secret"})
	}
	return found
}
