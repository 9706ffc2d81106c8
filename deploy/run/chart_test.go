package run_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/goccy/go-yaml"

	"github.com/ripostehq/riposte/internal/mototest"
)

const chart = "helm/riposte"

// object is one of Kubernetes's, as far as it is looked at.
type object struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct {
		Name        string
		Annotations map[string]string
	}
	Data  map[string]string
	Token *bool `yaml:"automountServiceAccountToken"`
	Spec  struct {
		Replicas    int
		ServiceName string `yaml:"serviceName"`
		ClusterIP   string `yaml:"clusterIP"`
		Ports       []struct{ Port int }
		Claims      []struct{ Metadata struct{ Name string } } `yaml:"volumeClaimTemplates"`
		Template    struct{ Spec pod }
	}
}

type pod struct {
	Account  string `yaml:"serviceAccountName"`
	Token    *bool  `yaml:"automountServiceAccountToken"`
	Grace    int    `yaml:"terminationGracePeriodSeconds"`
	Security struct {
		NonRoot bool                  `yaml:"runAsNonRoot"`
		User    int                   `yaml:"runAsUser"`
		Group   int                   `yaml:"fsGroup"`
		Seccomp struct{ Type string } `yaml:"seccompProfile"`
	} `yaml:"securityContext"`
	Containers []struct {
		Image string
		Args  []string
		Dir   string `yaml:"workingDir"`
		Env   []struct {
			Name, Value string
			From        struct {
				Secret struct{ Name, Key string } `yaml:"secretKeyRef"`
			} `yaml:"valueFrom"`
		}
		Ports []struct {
			Name string
			Port int `yaml:"containerPort"`
		}
		Ready    probe `yaml:"readinessProbe"`
		Live     probe `yaml:"livenessProbe"`
		Security struct {
			Escalation *bool                   `yaml:"allowPrivilegeEscalation"`
			ReadOnly   bool                    `yaml:"readOnlyRootFilesystem"`
			Caps       struct{ Drop []string } `yaml:"capabilities"`
		} `yaml:"securityContext"`
		Mounts []struct {
			Name, Path string
			ReadOnly   bool `yaml:"readOnly"`
		} `yaml:"volumeMounts"`
	}
	Volumes []struct {
		Name   string
		Map    *struct{ Name string } `yaml:"configMap"`
		Secret *struct {
			Name string `yaml:"secretName"`
		}
	}
}

type probe struct {
	HTTP struct{ Path, Port string } `yaml:"httpGet"`
}

// functions are those of Helm's that the chart uses.
func functions() template.FuncMap {
	return template.FuncMap{
		"toYaml": func(v any) (string, error) {
			text, err := yaml.Marshal(v)
			return strings.TrimSuffix(string(text), "\n"), err
		},
		"nindent": func(n int, s string) string {
			return "\n" + strings.Repeat(" ", n) + strings.ReplaceAll(s, "\n", "\n"+strings.Repeat(" ", n))
		},
		"quote":     func(v any) string { return fmt.Sprintf("%q", fmt.Sprint(v)) },
		"hasPrefix": func(prefix, s string) bool { return strings.HasPrefix(s, prefix) },
		"sha256sum": func(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) },
		"fail":      func(why string) (string, error) { return "", errors.New(why) },
		"required": func(why string, v any) (any, error) {
			if v == nil || v == "" {
				return nil, errors.New(why)
			}
			return v, nil
		},
	}
}

// with is values.yaml with some values in place of its own.
func with(t *testing.T, own string) map[string]any {
	t.Helper()
	values, over := map[string]any{}, map[string]any{}
	text, err := os.ReadFile(filepath.Join(chart, "values.yaml"))
	if err == nil {
		err = errors.Join(yaml.Unmarshal(text, &values), yaml.Unmarshal([]byte(own), &over))
	}
	if err != nil {
		t.Fatal(err)
	}
	merge(values, over)
	return values
}

func merge(into, over map[string]any) {
	for key, value := range over {
		inner, ok := value.(map[string]any)
		if was, is := into[key].(map[string]any); ok && is {
			merge(was, inner)
			continue
		}
		into[key] = value
	}
}

// render does what helm template does with this chart, where there is no helm: objects by kind.
func render(t *testing.T, own string) (map[string]object, error) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(chart, "templates", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v: %v", files, err)
	}
	all := map[string]object{}
	for _, file := range files {
		page, err := template.New(filepath.Base(file)).Option("missingkey=error").Funcs(functions()).ParseFiles(file)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := page.Execute(&out, map[string]any{"Values": with(t, own), "Release": map[string]any{"Name": "riposte", "Namespace": "security"}}); err != nil {
			return nil, err
		}
		if strings.TrimSpace(out.String()) == "" {
			continue
		}
		var o object
		if err := yaml.Unmarshal(out.Bytes(), &o); err != nil {
			t.Fatalf("%s: %v:\n%s", file, err, out.String())
		}
		all[o.Kind] = o
	}
	return all, nil
}

const image = `image: {repository: registry.example.com/riposte, digest: "sha256:0123456789abcdef"}` + "\n"

func TestChart(t *testing.T) {
	riposte := binary(t)
	for _, c := range []struct {
		name, values, kind, ledger string
		replicas                   int
	}{
		{"a table that replicas share", image + "ledger: dynamodb:riposte-record", "Deployment", "--ledger=dynamodb:riposte-record", 2},
		{"a file on a volume", image + "ledger: sqlite\nreplicas: 3", "StatefulSet", "--ledger=/var/lib/riposte/riposte.db", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, err := render(t, c.values+"\nregion: eu-west-1\nsecretEnv: {RIPOSTE_HTTP_SECRET: {name: riposte, key: http}}\n"+
				"serviceAccount: {annotations: {eks.amazonaws.com/role-arn: \"arn:aws:iam::111122223333:role/riposte-own\"}}")
			if err != nil {
				t.Fatal(err)
			}
			if kinds := slices.Sorted(maps.Keys(all)); !slices.Equal(kinds, slices.Sorted(slices.Values([]string{"ConfigMap", "Service", "ServiceAccount", c.kind}))) {
				t.Errorf("it makes %q: no rights in the cluster, and one workload", kinds)
			}
			valid(t, all["ConfigMap"].Data["riposte.yaml"])
			if a := all["ServiceAccount"]; *a.Token || a.Metadata.Annotations["eks.amazonaws.com/role-arn"] != "arn:aws:iam::111122223333:role/riposte-own" {
				t.Errorf("service account: %+v", a)
			}
			w := all[c.kind]
			stateful := c.kind == "StatefulSet"
			if w.Spec.Replicas != c.replicas || (len(w.Spec.Claims) == 1) != stateful || stateful && w.Spec.ServiceName != all["Service"].Metadata.Name {
				t.Errorf("%d replicas, claims %v, service %q", w.Spec.Replicas, w.Spec.Claims, w.Spec.ServiceName)
			}
			if fmt.Sprint(all["Service"].Spec.Ports[0].Port) != port(t) || all["Service"].Spec.ClusterIP != "None" {
				t.Errorf("service: %+v", all["Service"].Spec)
			}
			safe(t, w.Spec.Template.Spec)
			runs := w.Spec.Template.Spec.Containers[0]
			serves(t, riposte, runs.Args)
			if !slices.Contains(runs.Args, c.ledger) || runs.Image != "registry.example.com/riposte@sha256:0123456789abcdef" {
				t.Errorf("args %q of image %s", runs.Args, runs.Image)
			}
			if len(runs.Env) != 2 || runs.Env[0].Value != "eu-west-1" || runs.Env[1].Value != "" || runs.Env[1].From.Secret.Key != "http" {
				t.Errorf("env: %+v", runs.Env)
			}
		})
	}
}

// safe is what holds for the pod, whatever the ledger.
func safe(t *testing.T, p pod) {
	t.Helper()
	own := p.Security
	if !own.NonRoot || own.User != 65532 || own.Group != 65532 || own.Seccomp.Type != "RuntimeDefault" || *p.Token || p.Account != "riposte" || p.Grace != 40 {
		t.Errorf("pod: %+v", p)
	}
	c := p.Containers[0]
	if *c.Security.Escalation || !c.Security.ReadOnly || !slices.Equal(c.Security.Caps.Drop, []string{"ALL"}) {
		t.Errorf("container: %+v", c.Security)
	}
	named := c.Ports[0].Name
	if c.Ready.HTTP.Path != "/readyz" || c.Live.HTTP.Path != "/healthz" || c.Ready.HTTP.Port != named || c.Live.HTTP.Port != named || fmt.Sprint(c.Ports[0].Port) != port(t) {
		t.Errorf("probes: %+v, %+v, %+v", c.Ready, c.Live, c.Ports)
	}
	for _, m := range c.Mounts {
		if m.Name == "config" && !m.ReadOnly {
			t.Error("the configuration can be written")
		}
	}
}

func TestChartRefusesWhatIsMissing(t *testing.T) {
	for values, why := range map[string]string{
		"ledger: dynamodb:t":                     "image.repository",
		"ledger: sqlite\nimage: {repository: r}": "image.digest",
		image:                                    "want dynamodb:TABLE or sqlite",
		image + "ledger: sqlite:/somewhere/else.db": "want dynamodb:TABLE or sqlite",
	} {
		if _, err := render(t, values); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want %s", values, err, why)
		}
	}
	all, err := render(t, image+"ledger: dynamodb:t\nconfigSecret: riposte-yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, there := all["ConfigMap"]; there {
		t.Error("a configuration from a Secret stands in a ConfigMap, too")
	}
	if v := all["Deployment"].Spec.Template.Spec.Volumes[0]; v.Secret == nil || v.Secret.Name != "riposte-yaml" {
		t.Errorf("volume: %+v", v)
	}
}

func TestHelmLikesTheChart(t *testing.T) {
	helm, err := exec.LookPath("helm")
	if err != nil {
		mototest.SkipRare(t, "helm is not installed: the chart is rendered by a test alone")
	}
	for _, ledger := range []string{"dynamodb:riposte-record", "sqlite"} {
		values := filepath.Join(t.TempDir(), "values.yaml")
		if err := os.WriteFile(values, []byte(image+"ledger: "+ledger), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, verb := range [][]string{{"lint", "--strict", chart}, {"template", "riposte", chart}} {
			if out, err := exec.Command(helm, append(verb, "--values", values)...).CombinedOutput(); err != nil {
				t.Errorf("helm %q: %v: %s", verb, err, out)
			}
		}
	}
}
