// Package roster puts an organisation together for package reach, from answers of AWS as its command line prints them. What it can't read it
// names, and goes on; an account or document that is missing never makes the picture look safer.
package roster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam/reach"
)

// maxFile bounds one file, in bytes.
const maxFile = 1 << 30

// FromFiles reads files and folders, these with all *.json below them: the output of aws iam get-account-authorization-details, one file an
// account, and beside it, where they are, of aws lambda list-functions, aws ec2 describe-instances, aws organizations describe-organization, and
// ServiceControlPolicies. An error says that a path can't be read at all, or that there is no account in any.
func FromFiles(paths []string) (reach.Organisation, error) {
	g := New()
	for _, path := range paths {
		names, err := below(path)
		if err != nil {
			return reach.Organisation{}, err
		}
		for _, name := range names {
			g.file(name)
		}
	}
	if len(g.details) == 0 {
		return reach.Organisation{}, errors.Join(fmt.Errorf("no file of %s holds an account as aws iam get-account-authorization-details prints it", strings.Join(paths, ", ")), g.why())
	}
	return g.Organisation(), nil
}

// below are the files of a path.
func below(path string) (out []string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Type().IsRegular() && strings.EqualFold(filepath.Ext(name), ".json") {
			out = append(out, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	slices.Sort(out)
	return out, nil
}

// file reads one file; what is wrong with it is a gap.
func (g *Gathering) file(name string) {
	info, err := os.Stat(name)
	if err == nil && info.Size() > maxFile {
		err = fmt.Errorf("it is larger than %d bytes", int64(maxFile))
	}
	var b []byte
	if err == nil {
		b, err = os.ReadFile(name)
	}
	if err != nil {
		g.Failed(name, err.Error())
		return
	}
	g.Read(name, b)
}

// why are the gaps as an error, for a caller that has nothing else to tell.
func (g *Gathering) why() error {
	var errs []error
	for _, gap := range g.gaps[:min(len(g.gaps), 5)] {
		errs = append(errs, fmt.Errorf("%s: %s", gap.What, gap.Why))
	}
	return errors.Join(errs...)
}
