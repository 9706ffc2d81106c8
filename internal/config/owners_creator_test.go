package config_test

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbooks"
)

// What is said of owners.creator is what it does: one more tag that names an owner, and a look at the event history.
func TestACreatorIsWhoATagNames(t *testing.T) {
	c, err := config.Parse("riposte.yaml", []byte("owners: {creator: true}\n"), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Facts().OwnerTags; len(got) != 1 || got[0] != c.CreatorTag() {
		t.Errorf("owners are read from the tags %v", got)
	}
	schema, err := config.Schema(playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	if text := string(schema); !strings.Contains(text, "whom the tag of ownership.creator names") || !strings.Contains(text, "as CloudTrail's event history of 90 days has the call") {
		t.Error("the key promises what nothing does")
	}
}
