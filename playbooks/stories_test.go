package playbooks_test

import (
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbooks"
	"github.com/ripostehq/riposte/ripostetest"
)

func TestStories(t *testing.T) { ripostetest.Stories(t, playbooks.All(), action.Kinds()) }
