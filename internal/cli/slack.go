package cli

import (
	"net/url"

	"github.com/goccy/go-yaml"

	"github.com/ripostehq/riposte/internal/notify/slack"
)

type slackVerb struct {
	URL string `placeholder:"URL" help:"Where Slack posts clicks to: the front's function URL, with /slack at its end. Default: nowhere, they come by Socket Mode."`
}

// Run prints the app's manifest. It asks nobody.
func (v slackVerb) Run(sh *shell) error {
	if u, err := url.Parse(v.URL); v.URL != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "/slack" || u.RawQuery != "") {
		return wrongUsage("--url %s: want the front's URL with /slack at its end, like https://ID.lambda-url.eu-west-1.on.aws/slack", v.URL)
	}
	m := slack.NewManifest(v.URL)
	if sh.json() {
		sh.object(m)
		return nil
	}
	text, err := yaml.Marshal(m)
	if err != nil {
		return err
	}
	sh.text(string(text))
	return nil
}
