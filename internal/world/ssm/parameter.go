// Package ssm is Systems Manager in the world: parameters.
package ssm

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Service is Systems Manager.
func Service() *core.Service {
	return &core.Service{
		Name: "ssm", SDK: "SSM", Reference: "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_",
		Words: core.JSONWords(), HidesDenied: true, Resources: []core.Resource{parameterResource()},
	}
}

// Estate is what a region has of it in YAML.
type Estate struct {
	Parameters []struct {
		Name   string   `yaml:"name"`
		Type   string   `yaml:"type"`   // String
		Values []string `yaml:"values"` // one a version
	} `yaml:"parameters"`
}

// Build makes what an estate has.
func (e Estate) Build(at core.At) error {
	for _, x := range e.Parameters {
		p := parameters.Put(at, &parameter{Name: x.Name, Type: x.Type})
		if p.Type == "" {
			p.Type = string(types.ParameterTypeString)
		}
		for _, v := range x.Values {
			p.Versions = append(p.Versions, version{Value: v, Modified: at.Now})
		}
	}
	return nil
}

// parameter is one Systems Manager parameter; version n stands at Versions[n-1].
type parameter struct {
	Name, Type string
	Versions   []version
	Labels     map[string]int // the version that each stands on
}

type version struct {
	Value, By string
	Modified  time.Time
}

var parameters = core.Shelf[parameter]{Kind: "ssm.parameter", ID: "Name", Missing: func(string) *core.Refusal {
	return core.Refuse("ParameterNotFound", "").With(&types.ParameterNotFound{})
}}

func parameterResource() core.Resource {
	return core.Resource{Shelf: &parameters, Operations: []core.Operation{
		core.Define(core.Spec[ssm.GetParameterInput, ssm.GetParameterOutput]{
			Knows: "Name WithDecryption", Answer: getParameter,
			Needs: onParameter[ssm.GetParameterInput],
		}),
		core.Define(core.Spec[ssm.PutParameterInput, ssm.PutParameterOutput]{
			Write: true, Basis: "record: recorded ones", Answer: putParameter,
			Knows: "Name Value Type Overwrite Description DataType AllowedPattern Tier Tags",
			Needs: onParameter[ssm.PutParameterInput],
			Request: func(_ *core.Call, in *ssm.PutParameterInput) any {
				shown := *in
				shown.Value = aws.String("HIDDEN_DUE_TO_SECURITY_REASONS")
				return core.Camel(shown)
			},
			Response: func(_ *core.Call, out *ssm.PutParameterOutput) any { return core.Camel(out) },
			Resources: func(c *core.Call, in *ssm.PutParameterInput) []any {
				return []any{core.Fields{"ARN": arn(c.At, aws.ToString(in.Name)), "accountId": c.Place.Account}}
			},
		}),
		core.Define(core.Spec[ssm.LabelParameterVersionInput, ssm.LabelParameterVersionOutput]{
			Write: true, Basis: core.UsualSpelling, Knows: "Name Labels ParameterVersion", Answer: core.Found(&parameters, "Name", labelParameterVersion),
			Needs:    onParameter[ssm.LabelParameterVersionInput],
			Response: func(_ *core.Call, out *ssm.LabelParameterVersionOutput) any { return core.Camel(out) },
		}),
	}}
}

// onParameter is the right on the parameter that a call names, with a version or label or without.
func onParameter[I any](c *core.Call, in *I) []core.Need {
	name := reflect.ValueOf(in).Elem().FieldByName("Name").Interface().(*string)
	plain, _, _ := strings.Cut(aws.ToString(name), ":")
	return c.On(arn(c.At, plain))
}

func arn(at core.At, name string) string {
	return at.ARN("ssm", "parameter/"+strings.TrimPrefix(name, "/"))
}

// number is the version that a selector means: a number, a label, or "" for the newest; 0 where there is none.
func (p *parameter) number(selector string, selected bool) int {
	if !selected {
		return len(p.Versions)
	}
	if n, err := strconv.Atoi(selector); err == nil && n >= 1 && n <= len(p.Versions) {
		return n
	}
	return p.Labels[selector]
}

// Value reads NAME, NAME:VERSION or NAME:LABEL; without either, the newest.
func Value(at core.At, selector string) (string, bool) {
	name, version, versioned := strings.Cut(selector, ":")
	if p, ok := parameters.Of(at)[name]; ok {
		if n := p.number(version, versioned); n > 0 {
			return p.Versions[n-1].Value, true
		}
	}
	return "", false
}

func getParameter(c *core.Call, in *ssm.GetParameterInput) (*ssm.GetParameterOutput, *core.Refusal) {
	name, version, versioned := strings.Cut(aws.ToString(in.Name), ":")
	p, refused := parameters.Find(c.At, &name)
	if refused != nil {
		return nil, refused
	}
	n := p.number(version, versioned)
	if n == 0 {
		return nil, noVersion("Systems Manager could not find version " + version + " of " + name + ". Verify the version and try again.")
	}
	v := p.Versions[n-1]
	return &ssm.GetParameterOutput{Parameter: &types.Parameter{
		Name: aws.String(name), ARN: aws.String(arn(c.At, name)), Type: types.ParameterType(p.Type), Value: aws.String(v.Value),
		Version: int64(n), LastModifiedDate: aws.Time(v.Modified), DataType: aws.String("text"),
	}}, nil
}

func noVersion(text string) *core.Refusal {
	return core.Refuse("ParameterVersionNotFound", "%s", text).With(&types.ParameterVersionNotFound{Message: aws.String(text)})
}

func putParameter(c *core.Call, in *ssm.PutParameterInput) (*ssm.PutParameterOutput, *core.Refusal) {
	name := aws.ToString(in.Name)
	p, exists := parameters.Of(c.At)[name]
	switch {
	case exists && !aws.ToBool(in.Overwrite):
		text := "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."
		return nil, core.Refuse("ParameterAlreadyExists", "%s", text).With(&types.ParameterAlreadyExists{Message: aws.String(text)})
	case !exists && in.Type == "":
		return nil, core.Refuse("ValidationException", "A parameter type is required when you create a parameter.")
	case !exists:
		p = parameters.Put(c.At, &parameter{Name: name, Type: string(in.Type)})
	}
	p.Versions = append(p.Versions, version{Value: aws.ToString(in.Value), By: c.By.ARN, Modified: c.Now})
	return &ssm.PutParameterOutput{Version: int64(len(p.Versions)), Tier: types.ParameterTierStandard}, nil
}

// labelParameterVersion moves labels to a version, the newest where none is named: a label stands on one version at a time.
func labelParameterVersion(c *core.Call, in *ssm.LabelParameterVersionInput, p *parameter) (*ssm.LabelParameterVersionOutput, *core.Refusal) {
	n := len(p.Versions)
	if in.ParameterVersion != nil {
		n = int(*in.ParameterVersion)
	}
	if n < 1 || n > len(p.Versions) {
		return nil, noVersion("")
	}
	for _, l := range in.Labels {
		p.Labels[l] = n
	}
	return &ssm.LabelParameterVersionOutput{ParameterVersion: int64(n)}, nil
}
