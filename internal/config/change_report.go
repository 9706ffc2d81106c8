package config

import (
	"cmp"
	"fmt"
	"net/url"
	"reflect"
	"slices"
)

// channel is one by which people are told: less of it is weaker, and so may another one be.
func channel(key string, changed, was, is bool) []Change {
	if was && is {
		return weakerWhere(true, changed, "%s: people are told in another way", key)
	}
	return told(was, is, key+": people are told by it now", key+": people are not told by it any more")
}

func slackChanges(old, now *Config) []Change {
	was, is := old.Report.Slack, now.Report.Slack
	out := entries(clicks(was), clicks(is), Change{"report.slack.approve: a click may approve what does this now: %s", true},
		Change{"report.slack.approve: a click may not approve any more what does this: %s", false})
	was.Approve, is.Approve = nil, nil
	return append(channel("report.slack", !reflect.DeepEqual(was, is), was.Token != "", is.Token != ""), out...)
}

func clicks(s Slack) (out []string) {
	for _, c := range s.Approve {
		out = append(out, string(c))
	}
	return out
}

// quietChanges are all weaker: people are told later, or of less at once; and what is quiet no more may wake them.
func quietChanges(old, now *Config) []Change {
	was, is := old.Report.Quiet, now.Report.Quiet
	out := value("report.quiet.hours", orNone(was.Hours.String()), orNone(is.Hours.String()))
	out = append(out, weakerWhere(true, !reflect.DeepEqual(was.Days, is.Days), "report.quiet.days: %v, was: %v", is.Days, was.Days)...)
	return append(out, weakerWhere(true, !reflect.DeepEqual(was.Freezes, is.Freezes), "report.quiet.freezes: %v, was: %v", is.Freezes, was.Freezes)...)
}

func hookChanges(old, now *Config) []Change {
	was, is := hooks(old), hooks(now)
	out := entries(was, is, Change{"report.webhooks: %s is told now", false}, Change{"report.webhooks: %s is not told any more", true})
	return append(out, weakerWhere(true, slices.Equal(was, is) && !slices.Equal(old.Report.Webhooks, now.Report.Webhooks), "report.webhooks: another URL at the same host is told")...)
}

// hooks are the webhooks with all that may be told of them: of a URL its host, since the rest may be a secret.
func hooks(c *Config) (out []string) {
	for _, w := range c.Report.Webhooks {
		where := w.URL
		if u, err := url.Parse(w.URL); !Secret(w.URL).known() && err == nil {
			where = u.Host
		}
		out = append(out, fmt.Sprintf("%s (%s, signed by %s)", where, cmp.Or(w.Shape, JSON), orNone(string(w.Secret))))
	}
	return out
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func orNowhere(s string) string {
	if s == "" {
		return "nowhere"
	}
	return s
}
