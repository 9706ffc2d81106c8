package config_test

import (
	"testing"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/takeover"
)

// A record that anybody can answer by waits for no pipeline, unless the file says so; what the file does not know waits.
func TestWhatIsDoneAboutWhatCodeMakes(t *testing.T) {
	for text, want := range map[string]config.InCode{
		"": config.CodeAndAPI, "playbooks: {takeover.dangling-record: {mode: act, code: patch}}": config.CodeAlone,
	} {
		c, err := config.Parse("riposte.yaml", []byte(text), []playbook.Definition{takeover.DanglingRecord()})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.InCode("takeover.dangling-record"); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		if got := c.InCode("waste.idle-database"); got != config.CodeAlone {
			t.Errorf("%q: of another playbook %s", text, got)
		}
	}
}
