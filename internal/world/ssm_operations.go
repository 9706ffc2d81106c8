package world

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

const ssmReference = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_"

// withheld stands in Systems Manager's records where a value stood.
const withheld = "HIDDEN_DUE_TO_SECURITY_REASONS"

func parameterOperations() []operation {
	return []operation{
		define(spec[ssm.GetParameterInput, ssm.GetParameterOutput]{
			name: "ssm.GetParameter", basis: ssmReference + "GetParameter.html", knows: "Name WithDecryption",
			needs: func(c *call, in *ssm.GetParameterInput) []need { return c.onParameter(in.Name) }, do: getParameter,
		}),
		define(spec[ssm.PutParameterInput, ssm.PutParameterOutput]{
			name: "ssm.PutParameter", write: true, basis: ssmReference + "PutParameter.html; record: recorded ones",
			knows: "Name Value Type Overwrite Description DataType AllowedPattern Tier Tags",
			needs: func(c *call, in *ssm.PutParameterInput) []need { return c.onParameter(in.Name) }, do: putParameter,
			request: func(_ *call, in *ssm.PutParameterInput) any {
				shown := *in
				shown.Value = aws.String(withheld)
				return camel(shown)
			},
			response: func(_ *call, out *ssm.PutParameterOutput) any { return camel(out) },
			resources: func(c *call, in *ssm.PutParameterInput) []any {
				return []any{fields{"ARN": c.parameterARN(aws.ToString(in.Name)), "accountId": c.place.Account}}
			},
		}),
	}
}

func (c *call) onParameter(name *string) []need {
	plain, _, _ := strings.Cut(aws.ToString(name), ":")
	return on("ssm:"+c.name, c.parameterARN(plain))
}

func (c *call) parameterARN(name string) string {
	return c.arn(c.place, "ssm", "parameter/"+strings.TrimPrefix(name, "/"))
}

// getParameter reads NAME, NAME:VERSION or NAME:LABEL; without either, the newest.
func getParameter(c *call, in *ssm.GetParameterInput) (*ssm.GetParameterOutput, *refusal) {
	name, version, versioned := strings.Cut(aws.ToString(in.Name), ":")
	p, ok := c.at(c.place).Parameters[name]
	if !ok {
		return nil, refuse("ParameterNotFound", "").with(&types.ParameterNotFound{})
	}
	n := p.at(version, versioned)
	if n == 0 {
		text := "Systems Manager could not find version " + version + " of " + name + ". Verify the version and try again."
		return nil, refuse("ParameterVersionNotFound", "%s", text).with(&types.ParameterVersionNotFound{Message: aws.String(text)})
	}
	v := p.Versions[n-1]
	return &ssm.GetParameterOutput{Parameter: &types.Parameter{
		Name: aws.String(name), ARN: aws.String(c.parameterARN(name)), Type: types.ParameterType(p.Type), Value: aws.String(v.Value),
		Version: int64(n), LastModifiedDate: aws.Time(v.Modified), DataType: aws.String("text"),
	}}, nil
}

func putParameter(c *call, in *ssm.PutParameterInput) (*ssm.PutParameterOutput, *refusal) {
	name := aws.ToString(in.Name)
	p, exists := c.at(c.place).Parameters[name]
	switch {
	case exists && !aws.ToBool(in.Overwrite):
		text := "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."
		return nil, refuse("ParameterAlreadyExists", "%s", text).with(&types.ParameterAlreadyExists{Message: aws.String(text)})
	case !exists && in.Type == "":
		return nil, refuse("ValidationException", "A parameter type is required when you create a parameter.")
	case !exists:
		p = &parameter{Name: name, Type: string(in.Type)}
		c.at(c.place).Parameters[name] = p
	}
	p.Versions = append(p.Versions, parameterVersion{Value: aws.ToString(in.Value), By: c.by.arn, Modified: c.Now})
	return &ssm.PutParameterOutput{Version: int64(len(p.Versions)), Tier: types.ParameterTierStandard}, nil
}

func labelOperations() []operation {
	return []operation{
		define(spec[ssm.LabelParameterVersionInput, ssm.LabelParameterVersionOutput]{
			name: "ssm.LabelParameterVersion", write: true, basis: ssmReference + "LabelParameterVersion.html" + unrecorded,
			knows: "Name Labels ParameterVersion",
			needs: func(c *call, in *ssm.LabelParameterVersionInput) []need { return c.onParameter(in.Name) }, do: labelParameterVersion,
			response: func(_ *call, out *ssm.LabelParameterVersionOutput) any { return camel(out) },
		}),
	}
}

// labelParameterVersion moves labels to a version, the newest where none is named: a label stands on one version at a time.
func labelParameterVersion(c *call, in *ssm.LabelParameterVersionInput) (*ssm.LabelParameterVersionOutput, *refusal) {
	p, ok := c.at(c.place).Parameters[aws.ToString(in.Name)]
	if !ok {
		return nil, refuse("ParameterNotFound", "").with(&types.ParameterNotFound{})
	}
	n := len(p.Versions)
	if in.ParameterVersion != nil {
		n = int(*in.ParameterVersion)
	}
	if n < 1 || n > len(p.Versions) {
		return nil, refuse("ParameterVersionNotFound", "").with(&types.ParameterVersionNotFound{})
	}
	if p.Labels == nil {
		p.Labels = map[string]int{}
	}
	for _, l := range in.Labels {
		p.Labels[l] = n
	}
	return &ssm.LabelParameterVersionOutput{ParameterVersion: int64(n)}, nil
}
