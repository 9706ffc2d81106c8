package main

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
	tl.line(demo.Line{Who: demo.Riposte, Since: 65500 * time.Millisecond, Text: "contained"})
	tl.line(demo.Line{Who: demo.Riposte, Since: 65500 * time.Millisecond, Text: "verified"})
	want := "\nThe title\nThe story.\n\n   0:03.0  mallory           terminates i-1\uFFFD[2J\n   1:05.5  riposte           contained\n                             verified\n"
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
