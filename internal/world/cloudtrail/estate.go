package cloudtrail

import (
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/iam"
)

// Estate is what a region's event history has in YAML.
type Estate struct {
	Calls []struct {
		By       string        `yaml:"by"`       // the instance whose credentials were used
		Role     string        `yaml:"role"`     // that it has
		Call     string        `yaml:"call"`     // s3:ListBuckets
		From     string        `yaml:"from"`     // an address, or the service that called on behalf
		Endpoint string        `yaml:"endpoint"` // through which it came
		Error    string        `yaml:"error"`
		Ago      time.Duration `yaml:"ago"`
		Times    int           `yaml:"times"` // one
	} `yaml:"calls"`
}

// Build records the calls.
func (e Estate) Build(at core.At) error {
	for _, x := range e.Calls {
		r, _ := iam.RoleAt(at.State, at.Global().ARN("iam", "role/"+x.Role))
		service, name, ok := strings.Cut(x.Call, ":")
		if r.ID == "" || !ok {
			return fmt.Errorf("call %q by %s: there is no role %q, or no such call", x.Call, x.By, x.Role)
		}
		who := core.Principal{
			Account: at.Place.Account, ARN: iam.SessionARN(at, r.Name, x.By), ID: r.ID + ":" + x.By, Role: &r,
			Session: &core.Session{Created: at.Now.Add(-x.Ago), Instance: &core.Instance{ARN: at.ARN("ec2", "instance/"+x.By)}},
		}
		if strings.HasSuffix(x.From, ".amazonaws.com") {
			who.Service = x.From
		}
		for range max(x.Times, 1) {
			at.Remember(service, name, x.Error, x.Ago, who, core.Origin{SourceIP: x.From, Endpoint: x.Endpoint})
		}
	}
	return nil
}
