package terraform

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ours are the files that the project brings. What an operator has left after deploying from here (a state, variables of his own,
// providers) would make a test apply something else.
func ours(path string) bool {
	endings := []string{".tf", ".tf.json", ".json", ".yaml"}
	private := strings.HasSuffix(path, ".tfvars.json") || strings.HasSuffix(path, "override.tf") || strings.HasPrefix(filepath.Base(path), ".")
	return !private && slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(path, e) })
}

// copyModules copies what is ours of one folder into another.
func copyModules(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".terraform" {
				return fs.SkipDir
			}
			return nil
		}
		if !ours(path) {
			return nil
		}
		part, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, part)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o600)
	})
}
