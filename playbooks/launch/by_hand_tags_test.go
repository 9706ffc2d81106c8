package launch

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Of instances that say differently whose they are none says it for the others.
func TestTagsThatAllInstancesShare(t *testing.T) {
	one, other := map[string]string{"owner": "ann", "team": "web"}, map[string]string{"owner": "eve", "team": "web"}
	if d := cmp.Diff(map[string]string{"team": "web"}, shared([]map[string]string{one, other})); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(one, shared([]map[string]string{one})); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]string{}, shared([]map[string]string{one, {}})); d != "" {
		t.Error(d)
	}
}
