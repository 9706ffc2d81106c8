package scan

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// instruction is one of an assembler's listing, macros expanded: where it stands, what it is, what it is about.
type instruction struct{ at, name, operands string }

// assembled lists the instructions of this package's assembly for amd64, on whatever processor the test runs.
func assembled(t *testing.T) []instruction {
	t.Helper()
	build := exec.Command("go", "build", "-asmflags=-S", ".")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64")
	listing, err := build.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", build, err, listing)
	}
	return instructions(string(listing))
}

// listedLine is a line such as "	0x0016 00022 (classify_amd64.s:29)	VMOVQ	AX, X8".
var listedLine = regexp.MustCompile(`(?m)^\s+0x[0-9a-f]+ \d+ \((.*)\)\t([A-Z0-9]+)(?:\t(.*))?$`)

func instructions(listing string) (out []instruction) {
	for _, l := range listedLine.FindAllStringSubmatch(listing, -1) {
		out = append(out, instruction{l[1], l[2], l[3]})
	}
	return out
}

var (
	vector = regexp.MustCompile(`\b[XYZ]\d+\b`)
	wide   = regexp.MustCompile(`\b[YZ]\d+\b`)
)

// legacySSE says which instructions touch vector registers in the encoding that is older than AVX.
func legacySSE(all []instruction) (found []string) {
	for _, i := range all {
		if vector.MatchString(i.operands) && !strings.HasPrefix(i.name, "V") {
			found = append(found, i.at+": "+i.name+" "+i.operands)
		}
	}
	return found
}

// leftDirty says where a function returns with upper halves in use, for which the caller's legacy SSE, Go's own, would pay.
func leftDirty(all []instruction) (found []string) {
	dirty := false
	for _, i := range all {
		switch {
		case i.name == "VZEROUPPER":
			dirty = false
		case wide.MatchString(i.operands):
			dirty = true
		case i.name == "RET" && dirty:
			found = append(found, i.at)
		}
	}
	return found
}

// A legacy instruction among those of AVX is right in every result, and on Intel's processors costs most of the speed.
func TestTheAssemblyHasNoLegacySSE(t *testing.T) {
	all := assembled(t)
	if !slices.ContainsFunc(all, func(i instruction) bool { return wide.MatchString(i.operands) }) {
		t.Fatalf("no AVX among %d instructions: the listing was not understood", len(all))
	}
	for _, i := range legacySSE(all) {
		t.Errorf("%s: legacy SSE; it has a form with V", i)
	}
	for _, at := range leftDirty(all) {
		t.Errorf("%s: returns without VZEROUPPER", at)
	}
}

func TestLegacySSEIsSeenInAListing(t *testing.T) {
	const listing = `example.classify STEXT nosplit asm size=9
	0x0000 00000 (a.s:1)	TEXT	example.classify(SB), NOSPLIT|NOFRAME, $0-48
	0x0005 00005 (a.s:2)	MOVQ	AX, R8
	0x0008 00008 (a.s:3)	VMOVQ	AX, X8
	0x000d 00013 (a.s:4)	VPBROADCASTB	X8, Y8
	0x0012 00018 (a.s:5)	MOVQ	AX, X6
	0x0017 00023 (a.s:6)	MOVQ	X6, 16(DI)
	0x001c 00028 (a.s:7)	RET
	0x001d 00029 (a.s:8)	VZEROUPPER
	0x0020 00032 (a.s:9)	RET
	0x0000 48 8b 74 24 08 48 8b 7c  H.t$.H.|
`
	all := instructions(listing)
	if got, want := legacySSE(all), []string{"a.s:5: MOVQ AX, X6", "a.s:6: MOVQ X6, 16(DI)"}; !slices.Equal(got, want) {
		t.Errorf("legacy: %q, want %q", got, want)
	}
	if got, want := leftDirty(all), []string{"a.s:7"}; !slices.Equal(got, want) {
		t.Errorf("left dirty: %q, want %q", got, want)
	}
}
