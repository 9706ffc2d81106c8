package config

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/strict"
)

// Code says where the code is that makes resources, and where riposte may propose changes of it. Without any, nothing is known to be made by code.
type Code struct {
	States       []TerraformState `yaml:"states" help:"Terraform's states. What one of them holds is not mended by API; where one can't be read, nothing is that it could hold."`
	Repositories []Repository     `yaml:"repositories" help:"Repositories that changes are proposed to, as a branch and a pull or merge request. None: riposte patch prints them."`
}

// TerraformState is one state, or those below a prefix: exactly one of s3 and file is set.
type TerraformState struct {
	S3         string `yaml:"s3" help:"BUCKET/KEY of a state, or BUCKET/PREFIX/ of all below it whose name ends in .tfstate. Read with riposte's own credentials."`
	Region     string `yaml:"region" help:"The bucket's region."`
	Account    string `yaml:"account" help:"The account that the bucket has to belong to. Twelve digits, in quotes: leading zeros count."`
	File       string `yaml:"file" help:"A state on riposte's own machine."`
	Repository string `yaml:"repository" help:"Where its code is: the github or gitlab of one of code.repositories."`
	Path       string `yaml:"path" help:"The folder of its root module in that repository. Default: the repository's own."`
}

// Repository is one that changes are proposed to: exactly one of github and gitlab is set.
type Repository struct {
	GitHub string   `yaml:"github" help:"OWNER/NAME, of GitHub."`
	GitLab string   `yaml:"gitlab" help:"GROUP/PROJECT, of GitLab."`
	URL    string   `yaml:"url" help:"The server, https://..., where it is one of your own: of GitHub Enterprise Server with /api/v3 behind it. Default: https://api.github.com, https://gitlab.com."`
	Token  Secret   `yaml:"token" help:"What may read and write this repository's contents and its pull or merge requests, and nothing else: env:NAME, or ssm:/name."`
	Branch string   `yaml:"branch" help:"The branch that is read, and that proposals are for. Default: the repository's own."`
	Paths  []string `yaml:"paths" help:"Folders that are read and that may be changed. None: all."`
}

// Name is what states call it.
func (r Repository) Name() string { return r.GitHub + r.GitLab }

// Repository is the one that has a name; false where none has.
func (c Code) Repository(name string) (Repository, bool) {
	i := slices.IndexFunc(c.Repositories, func(r Repository) bool { return name != "" && r.Name() == name })
	if i < 0 {
		return Repository{}, false
	}
	return c.Repositories[i], true
}

// Secrets are where those of the repositories are.
func (c Code) Secrets() (out []Secret) {
	for _, r := range c.Repositories {
		if r.Token != "" {
			out = append(out, r.Token)
		}
	}
	return out
}

// Bucket is the bucket and the key, or the prefix, of a state in S3.
func (s TerraformState) Bucket() (bucket, key string) {
	bucket, key, _ = strings.Cut(s.S3, "/")
	return bucket, key
}

// InCode is what a playbook does about a thing that code makes.
type InCode string

// What there is.
const (
	CodeAlone   InCode = "patch"  // the change is for the code alone, which is told, or proposed
	CodeAndAPI  InCode = "both"   // it is made by API at once as well
	CodeIgnored InCode = "ignore" // it is made by API, whichever code makes the thing
)

// Enum lists them.
func (InCode) Enum() []string {
	return []string{string(CodeAlone), string(CodeAndAPI), string(CodeIgnored)}
}

// InCode is what a playbook does about a thing that code makes.
func (c *Config) InCode(playbookID string) InCode {
	return cmp.Or(c.treatments[playbookID].Code, c.inCode[playbookID], CodeAlone)
}

var (
	githubName = regexp.MustCompile(`^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$`)
	gitlabName = regexp.MustCompile(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$`)
	branchName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)
)

// code checks where code is.
func (k checker) code() {
	for i, s := range k.c.Code.States {
		k.state(k.at("code", "states", i), s)
	}
	seen := map[string]bool{}
	for i, r := range k.c.Code.Repositories {
		at := k.at("code", "repositories", i)
		k.repository(at, r)
		if name := r.Name(); seen[name] {
			at.Complain("%s is a repository already", name)
		} else {
			seen[name] = true
		}
	}
}

func (k checker) state(at strict.Node, s TerraformState) {
	bucket, key := s.Bucket()
	switch {
	case (s.S3 == "") == (s.File == ""):
		at.Complain("a state is one of s3, file")
	case s.S3 != "" && (!bucketName.MatchString(bucket) || key == ""):
		at.At("s3").Complain("want BUCKET/KEY of a state, or BUCKET/PREFIX/ of many: acme-states/dns/terraform.tfstate")
	case s.S3 != "":
		k.regionOf(at.At("region"), "bucket", s.Region)
		if !accountID.MatchString(s.Account) {
			at.At("account").Complain("want the account that the bucket has to belong to, twelve digits in quotes: a bucket's name may be anybody's once it was deleted")
		}
	}
	if _, known := k.c.Code.Repository(s.Repository); s.Repository != "" && !known {
		at.At("repository").Complain("%s is not among code.repositories", s.Repository)
	}
	if !within(s.Path) {
		at.At("path").Complain("want a folder of the repository, like terraform/dns")
	}
}

func (k checker) repository(at strict.Node, r Repository) {
	switch {
	case (r.GitHub == "") == (r.GitLab == ""):
		at.Complain("a repository is one of github, gitlab")
	case r.GitHub != "" && !githubName.MatchString(r.GitHub):
		at.At("github").Complain("want OWNER/NAME")
	case r.GitLab != "" && !gitlabName.MatchString(r.GitLab):
		at.At("gitlab").Complain("want GROUP/PROJECT")
	}
	if r.Token == "" {
		at.Complain("say where the token is: token is missing")
	}
	if u, err := url.Parse(r.URL); r.URL != "" && (err != nil || !secure(u) || u.RawQuery != "" || u.Fragment != "" || u.User != nil) {
		at.At("url").Complain("want the server's URL, like https://gitlab.example.com")
	}
	if r.Branch != "" && (!branchName.MatchString(r.Branch) || strings.Contains(r.Branch, "..") || strings.HasPrefix(r.Branch, "riposte/")) {
		at.At("branch").Complain("want a branch's name, and none of riposte's own (riposte/...)")
	}
	for i, p := range r.Paths {
		if p == "" || !within(strings.TrimSuffix(p, "/")) {
			at.At("paths", i).Complain("want a folder of the repository, like terraform/")
		}
	}
}

// within reports whether a path stays in its repository.
func within(p string) bool {
	return p == "" || !path.IsAbs(p) && path.Clean(p) == p && p != ".." && !strings.HasPrefix(p, "../") && !strings.ContainsAny(p, "\\\x00")
}

// codeChanges are told: where less is known to be made by code, more is changed by API.
func codeChanges(old, now *Config) (out []Change) {
	states := func(c *Config) (all []string) {
		for _, s := range c.Code.States {
			all = append(all, fmt.Sprintf("%s, code: %s", s.S3+s.File, cmp.Or(path.Join(s.Repository, s.Path), "not said where")))
		}
		return all
	}
	repositories := func(c *Config) (all []string) {
		for _, r := range c.Code.Repositories {
			all = append(all, fmt.Sprintf("%s, branch: %s, folders: %s", strings.TrimPrefix(r.URL+"/"+r.Name(), "/"), cmp.Or(r.Branch, "the default"), cmp.Or(strings.Join(r.Paths, " "), "all")))
		}
		return all
	}
	out = entries(states(old), states(now), Change{"code.states: what %s holds counts as code's now", false}, Change{"code.states: what %s holds counts as code's no more", true})
	return append(out, entries(repositories(old), repositories(now), Change{"code.repositories: changes are proposed to %s now", false}, Change{"code.repositories: no changes are proposed to %s any more", true})...)
}
