package world_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world"
)

func TestAnEstateThatIsWrongSaysWhere(t *testing.T) {
	in := func(region string) string {
		return "accounts:\n  - id: \"111122223333\"\n    regions:\n      eu-west-1:\n        " + region + "\n"
	}
	for _, c := range []struct{ name, text, want string }{
		{"an unknown key", in("imagse: []"), "[5:9] unknown field \"imagse\""},
		{"a wrong type", in("groups: [{name: web, min: many}]"), "[5:"},
		{"nothing", "", "it has no accounts"},
		{"an account that is none", "accounts: [{id: shop}]", "is not twelve digits"},
		{"an account twice", "accounts: [{id: \"111122223333\"}, {id: \"111122223333\"}]", "is listed twice"},
		{"an image twice", in("images: [{id: ami-1}, {id: ami-1}]"), "image ami-1 is listed twice"},
		{"an image that is not there", in("instances: [{id: i-1, image: ami-1}]"), "instance i-1: The image id '[ami-1]' does not exist"},
		{"an instance twice", in("images: [{id: ami-1}]\n        instances: [{id: i-1, image: ami-1}, {id: i-1, image: ami-1}]"), "instance i-1 is listed twice"},
		{"a security group that is not there", in("images: [{id: ami-1}]\n        instances: [{id: i-1, image: ami-1, security_groups: [sg-1]}]"), "instance i-1: The security group 'sg-1' does not exist"},
		{"a template without a version", in("templates: [{name: web}]"), "template web has no version"},
		{"a group's template that is not there", in("groups: [{name: web, template: web, max: 1}]"), "group web: "},
		{"a group larger than its maximum", in("groups: [{name: web, launch_configuration: web, max: 1, desired: 2}]"), "group web: "},
		{"a row of a kind that no service keeps", in("rows: {ec2.moon: [{MoonId: m-1}]}"), "no service keeps ec2.moon"},
		{"a row with a field that the SDK does not have", in("rows: {ec2.vpc: [{VpcId: vpc-1, Moon: full}]}"), `ec2.vpc: json: unknown field "Moon"`},
		{"a row without its id", in("rows: {ec2.vpc: [{State: available}]}"), "one has no VpcId"},
		{"a row of a kind with a form of its own", in("rows: {ec2.instance: [{ID: i-1}]}"), "ec2.instance has a form of its own"},
		{"a process that is none", in("groups: [{name: web, suspended: [Lunch]}]"), `no process "Lunch"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := world.New([]byte(c.text), world.Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestRowsAreInTheSDKsWords(t *testing.T) {
	w, err := world.New([]byte(`accounts:
  - id: "111122223333"
    users: [{name: mallory, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAMALLORY000000001, secret: wJalrXUtnFEMI}]}]
    regions: {eu-west-1: {rows: {ec2.vpc: [{VpcId: vpc-0second, State: pending, Tags: [{Key: Name, Value: second}]}]}}}
`), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	out, err := ec2.NewFromConfig(w.Config(ireland, mallory)).DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{
		Filters: []types.Filter{{Name: aws.String("state"), Values: []string{"pend*"}}},
	})
	if err != nil || len(out.Vpcs) != 1 || *out.Vpcs[0].VpcId != "vpc-0second" || *out.Vpcs[0].Tags[0].Value != "second" {
		t.Errorf("listed %+v (%v)", out, err)
	}
}

func FuzzEstate(f *testing.F) {
	f.Add(shop)
	f.Add("accounts: [{id: \"111122223333\"}]")
	f.Fuzz(func(t *testing.T, text string) {
		w, err := world.New([]byte(text), world.Options{})
		if (w == nil) == (err == nil) {
			t.Errorf("neither a world nor an error, or both: %v", err)
		}
	})
}

func TestEveryOperationSaysWhereItsBehaviourIsFrom(t *testing.T) {
	all := world.Operations()
	if len(all) < 30 {
		t.Errorf("only %d operations", len(all))
	}
	for _, o := range all {
		if !strings.HasPrefix(o.Basis, "https://docs.aws.amazon.com/") && !strings.Contains(o.Basis, "unverified") {
			t.Errorf("%s: %q is neither a source nor \"unverified\"", o.Name, o.Basis)
		}
	}
}
