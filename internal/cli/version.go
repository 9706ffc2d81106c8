package cli

import (
	"runtime"
	"runtime/debug"
)

// release is the version that this source is of, as the first heading of CHANGELOG.md. It is written here and not read from
// the build, which knows it neither where Go stamps nothing (-buildvcs=false) nor in a company's own program.
const release = "0.2.0"

type versionVerb struct{}

// Run prints what was built from what.
func (versionVerb) Run(sh *shell) error {
	revision, modified := stamped()
	if sh.json() {
		sh.object(map[string]string{"version": release, "revision": revision, "modified": modified, "go": runtime.Version()})
		return nil
	}
	sh.line("riposte %s, %s, %s/%s", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// version is the release and, where Go has stamped it, the commit that was built: "0.1.0 (93da7f1c0a2b, modified)".
func version() string {
	revision, modified := stamped()
	if revision == "" {
		return release
	}
	text := release + " (" + revision[:min(12, len(revision))]
	if modified == "true" {
		text += ", modified"
	}
	return text + ")"
}

// stamped is the commit that was built, and whether files differed from it; "" where Go was not asked to tell.
func stamped() (revision, modified string) {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return "", ""
	}
	for _, s := range b.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			modified = s.Value
		}
	}
	return revision, modified
}
