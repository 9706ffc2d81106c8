package config

import (
	"errors"
	"regexp"
	"slices"
	"strings"
)

// Secret says where a secret is: env:NAME, an environment variable, or ssm:/name, a parameter of SSM's. It is never the secret itself; "" is none.
type Secret string

var parameterName = regexp.MustCompile(`^/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$`) // SSM, PutParameter: fully qualified

// UnmarshalText reads one. What stands there instead may be the secret, and is not repeated.
func (s *Secret) UnmarshalText(text []byte) error {
	if !Secret(text).known() {
		return errors.New("want env:NAME, an environment variable, or ssm:/name, a parameter of SSM's: the secret itself never stands in this file")
	}
	*s = Secret(text)
	return nil
}

func (s Secret) known() bool {
	env, isEnv := strings.CutPrefix(string(s), "env:")
	parameter, isSSM := strings.CutPrefix(string(s), "ssm:")
	return isEnv && envName.MatchString(env) || isSSM && len(parameter) <= 1011 && parameterName.MatchString(parameter)
}

// Parameter is the name of a parameter of SSM's, "" where the secret is elsewhere.
func (s Secret) Parameter() string {
	if name, ok := strings.CutPrefix(string(s), "ssm:"); ok {
		return name
	}
	return ""
}

// Secrets are where those of the report are.
func (r Report) Secrets() []Secret {
	all := []Secret{r.Slack.Token, r.Slack.AppToken, r.Slack.SigningSecret, r.Mail.SMTP.Password, r.PagerDuty.Key}
	for _, w := range r.Webhooks {
		all = append(all, w.Secret, Secret(w.URL))
	}
	return slices.DeleteFunc(all, func(s Secret) bool { return !s.known() })
}
