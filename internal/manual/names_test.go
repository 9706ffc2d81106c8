package manual

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

// The table says of a name what Forms, Claimable and the playbook say; a playbook about other things has none.
func TestThePageSaysWhoCouldClaimAName(t *testing.T) {
	rows := claims(playbook.Definition{Names: []names.Service{names.S3}}).Rows
	if len(rows) != len(names.Examples()) {
		t.Fatalf("%d rows", len(rows))
	}
	bucket, bound := strings.Join(rows[0], "; "), strings.Join(rows[1], "; ")
	for _, want := range []string{"bucket.s3-website-eu-west-1.amazonaws.com", "anybody", "https://docs.aws.amazon.com/AmazonS3/", "yes"} {
		if !strings.Contains(bucket, want) {
			t.Errorf("%s lacks %q", bucket, want)
		}
	}
	if !strings.Contains(bound, "; nobody; ") {
		t.Errorf("an account's own namespace: %s", bound)
	}
	for _, r := range rows {
		if r[0] != "s3" && r[len(r)-1] != "no" || r[1] == "" {
			t.Errorf("%q", r)
		}
	}
	if other := claims(playbook.Definition{}); len(other.Rows) > 0 {
		t.Error("a table of names where none are looked for")
	}
}
