package cli

import (
	"cmp"
	"runtime"
	"runtime/debug"
)

type versionVerb struct{}

// Run prints what was built from what.
func (versionVerb) Run(sh *shell) error {
	version, revision, modified := built()
	if sh.json() {
		return sh.object(map[string]string{"version": version, "revision": revision, "modified": modified, "go": runtime.Version()})
	}
	return sh.line("riposte %s, %s, %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// built is what the binary was made from, as far as it knows.
func built() (version, revision, modified string) {
	version = "(devel)"
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return version, "", ""
	}
	for _, s := range b.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			modified = s.Value
		}
	}
	return cmp.Or(b.Main.Version, version), revision, modified
}
