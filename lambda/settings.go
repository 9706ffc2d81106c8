package lambda

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/origin"
	"github.com/ripostehq/riposte/playbook"
)

// Names of the function's environment. Those of AWS are set by Lambda.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
const (
	configFile   = "RIPOSTE_CONFIG"
	configText   = "RIPOSTE_CONFIG_TEXT"
	configOwner  = "RIPOSTE_CONFIG_OWNER"
	region       = "AWS_REGION"
	logStream    = "AWS_LAMBDA_LOG_STREAM_NAME"
	functionName = "AWS_LAMBDA_FUNCTION_NAME"

	defaultConfig = "riposte.yaml"
)

// settings are what one process runs with.
type settings struct {
	config *config.Config
	kinds  []action.Kind
	region string // the function's own, and that of its table and its queues
	name   string // of this process: each has a log stream of its own
	called string // the function's own name, which all its processes share
	log    *slog.Logger
	now    func() time.Time
	before *app.App // that this one takes the place of; nil where there is none
	env    func(string) string
}

// load reads the configuration. A function without one would watch everything and do nothing, which only looks like safety.
func load(env func(string) string, read func(string) (origin.Text, error), catalogue []playbook.Definition, kinds []action.Kind) (*settings, error) {
	if err := playbook.Validate(catalogue, kinds); err != nil {
		return nil, err
	}
	c, err := configuration(env, read, catalogue)
	if err != nil {
		return nil, err
	}
	if c.Ledger.Driver != config.DynamoDB {
		return nil, fmt.Errorf(`the ledger is %s: a function forgets its files, so put it into DynamoDB, ledger: "dynamodb:TABLE"`, c.Ledger)
	}
	if m := c.Report.Mail; m.From != "" && m.SES == (config.SES{}) {
		return nil, errors.New("report.mail.smtp: a function sends mails by SES alone, which is report.mail.ses")
	}
	s := &settings{config: c, kinds: kinds, region: env(region), env: env, name: cmp.Or(env(logStream), "lambda"), called: cmp.Or(env(functionName), "lambda")}
	if s.region == "" {
		return nil, errors.New(region + " is not set: Lambda does that, elsewhere set it")
	}
	return s, nil
}

// configuration is what the environment names, or holds.
func configuration(env func(string) string, read func(string) (origin.Text, error), catalogue []playbook.Definition) (*config.Config, error) {
	name, text := env(configFile), origin.Text{Bytes: []byte(env(configText))}
	switch {
	case name != "" && len(text.Bytes) > 0:
		return nil, fmt.Errorf("both %s and %s are set: one configuration is enough", configFile, configText)
	case len(text.Bytes) > 0:
		name = configText
	default:
		var err error
		if text, err = read(cmp.Or(name, defaultConfig)); err != nil {
			return nil, fmt.Errorf("read the configuration: %w; name its file, s3://BUCKET/KEY or ssm:/NAME in %s, or put its text into %s", err, configFile, configText)
		}
		name = cmp.Or(name, defaultConfig)
	}
	c, err := config.Parse(name, text.Bytes, catalogue)
	if err == nil {
		c.Version = text.Version
	}
	return c, err
}
