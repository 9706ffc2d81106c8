package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/ripostehq/riposte/internal/demo"
)

func TestTimelineLines(t *testing.T) {
	var out strings.Builder
	tl := timeline{sh: &shell{out: &out}}
	tl.line(demo.Line{Who: demo.Narrator, Text: "The title\nThe story."})
	tl.line(demo.Line{Who: "mallory", Since: 3 * time.Second, Text: "terminates i-1\x1b[2J"})
	tl.line(demo.Line{Who: demo.Riposte, Number: 2, Since: 65500 * time.Millisecond, Text: "finds " + strings.Repeat("wrong ", 12) + "everywhere"})
	tl.line(demo.Line{Who: demo.Riposte, Number: 2, Since: 65500 * time.Millisecond, Text: "contained: 5s after it happened", Stage: true})
	tl.line(demo.Line{Who: demo.Riposte, Number: 3, Since: 65500 * time.Millisecond, Text: "verified", Stage: true})
	tl.line(demo.Line{Who: demo.Tally, Text: "1 of 2 lost."})
	want := `
The title
The story.

   0:03.0  mallory           terminates i-1` + "\uFFFD" + `[2J
   1:05.5  riposte, case 2   finds wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong
                               wrong everywhere
                             contained: 5s after it happened
   1:05.5  riposte, case 3   verified

1 of 2 lost.
`
	if got := ansi.Strip(out.String()); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestTimelineIsNoPartOfObjects(t *testing.T) {
	var out strings.Builder
	tl := timeline{sh: &shell{out: &out, format: "json"}}
	tl.line(demo.Line{Who: demo.Riposte, Text: "contained"})
	if out.Len() != 0 {
		t.Errorf("got %q", out.String())
	}
}
