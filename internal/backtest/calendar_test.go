package backtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGapsAreSaidWithTheirDates(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 12, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		name     string
		files    map[string][]int // days by account
		from, to time.Time
		want     []string
	}{
		{"none", map[string][]int{"111122223333": {1, 2, 3}}, time.Time{}, time.Time{}, nil},
		{"within", map[string][]int{"111122223333": {1, 2, 5, 7}}, time.Time{}, time.Time{}, []string{"2026-03-03 to 2026-03-04", "2026-03-06"}},
		{"at the ends of the window", map[string][]int{"111122223333": {4, 5}}, day(2), day(6), []string{"2026-03-02 to 2026-03-03", "2026-03-06"}},
		{"of one account", map[string][]int{"111122223333": {1, 2, 3, 4}, "444455556666": {1, 4}}, time.Time{}, time.Time{}, []string{"444455556666: 2026-03-02 to 2026-03-03"}},
		{"of all, and not said of each", map[string][]int{"111122223333": {1, 3}, "444455556666": {1, 3}}, time.Time{}, time.Time{}, []string{"2026-03-02"}},
		{"what is outside the window is no day of it", map[string][]int{"111122223333": {1, 2, 3, 4}}, day(2), day(3), nil},
		{"nothing is named as a log file", nil, day(1), day(3), nil},
	} {
		var k calendar
		for account, days := range c.files {
			for _, d := range days {
				k.file(fmt.Sprintf("s3://b/AWSLogs/%s/CloudTrail/eu-west-1/2026/03/%02d/%s_CloudTrail_eu-west-1_202603%02dT1200Z_x.json.gz", account, d, account, d), c.from, c.to)
			}
		}
		k.file("notes.json", c.from, c.to)
		var got []string
		for _, g := range k.gaps(c.from, c.to) {
			got = append(got, g.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// Names that a caller chooses fill no memory.
func TestATableIsBounded(t *testing.T) {
	all := newTables()
	for i := range mostRows + 500 {
		all.row(byPerson, fmt.Sprint("session-", i)).count(counted{mode: "act"})
	}
	rows := all.table(byPerson).Rows
	if len(rows) != mostRows+1 || rows[0].Name != others || rows[0].Suspects != 500 {
		t.Errorf("%d rows, the first %+v", len(rows), rows[0])
	}
}
