package roster

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/iam/reach"
)

const admin = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// folder writes files, name and content by turns, and returns where.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, files ...string) reach.Organisation {
	t.Helper()
	o, err := FromFiles([]string{folder(t, files...)})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// names reports whether a gap names a thing and a reason.
func names(o reach.Organisation, what, why string) bool {
	return slices.ContainsFunc(o.Gaps, func(g reach.Gap) bool { return strings.Contains(g.What, what) && strings.Contains(g.Why, why) })
}

func TestAnAccountIsReadAsItIsPrinted(t *testing.T) {
	o := read(t, "a.json", `{
		"UserDetailList":[{"Arn":"arn:aws:iam::111122223333:user/eve","GroupList":["ops"],"Tags":[{"Key":"team","Value":"web"}]}],
		"GroupDetailList":[{"GroupName":"ops","Arn":"arn:aws:iam::111122223333:group/ops","AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::111122223333:policy/p"}]}],
		"RoleDetailList":[{"Arn":"arn:aws:iam::111122223333:role/web","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[]},"InstanceProfileList":[{"Arn":"arn:aws:iam::111122223333:instance-profile/web"}]}],
		"Policies":[{"Arn":"arn:aws:iam::111122223333:policy/p","PolicyVersionList":[{"Document":`+admin+`,"IsDefaultVersion":false},{"Document":"%7B%22Statement%22%3A%5B%5D%7D","IsDefaultVersion":true}]}]}`,
		"f.json", `{"Functions":[{"FunctionArn":"arn:aws:lambda:eu-west-1:111122223333:function:f","Role":"arn:aws:iam::111122223333:role/web","Environment":{"Variables":{"PASSWORD":"xyzzy"}}}]}`,
		"i.json", `{"Reservations":[{"OwnerId":"111122223333","Instances":[{"InstanceId":"i-1","IamInstanceProfile":{"Arn":"arn:aws:iam::111122223333:instance-profile/web"},"Placement":{"AvailabilityZone":"eu-west-1a"},"UserData":"xyzzy"}]}]}`)
	eve := o.Principals[0]
	if eve.ARN != "arn:aws:iam::111122223333:user/eve" || eve.Tags["team"] != "web" || len(eve.Managed) != 1 || o.Texts[eve.Texts[0]].JSON != `{"Statement":[]}` {
		t.Errorf("%+v with %+v", eve, o.Texts)
	}
	if m := o.Accounts[0].Policies[0]; len(m.Earlier) != 1 || o.Texts[m.Earlier[0]].JSON != admin {
		t.Errorf("%+v", m)
	}
	if !o.Principals[1].Profile || len(o.Compute) != 2 || o.Compute[1].ARN != "arn:aws:ec2:eu-west-1:111122223333:instance/i-1" {
		t.Errorf("%+v, %+v", o.Principals[1], o.Compute)
	}
	for _, text := range o.Texts {
		if strings.Contains(text.JSON, "xyzzy") {
			t.Errorf("a secret was kept: %+v", text)
		}
	}
}

// Each of these is named, and the rest goes on: what was not read may allow anything.
func TestWhatIsWrongIsNamed(t *testing.T) {
	eve := `{"UserDetailList":[{"Arn":"arn:aws:iam::111122223333:user/eve"`
	for _, c := range []struct{ name, file, what, why string }{
		{"a policy that is missing", eve + `,"AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::aws:policy/X"}]}]}`, "user/eve", "policy/X is attached and was not read"},
		{"a group that is missing", eve + `,"GroupList":["ops"]}]}`, "user/eve", `its group "ops" was not read`},
		{"a boundary that is missing", eve + `,"PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::111122223333:policy/b"}}]}`, "user/eve", "its boundary"},
		{"half an account", eve + `}],"IsTruncated":true}`, "a.json", "cut off"},
		{"the same twice", eve + `},{"Arn":"arn:aws:iam::111122223333:user/eve"}]}`, "user/eve", "twice"},
		{"no ARN", eve + `},{"Arn":"nobody"}]}`, "nobody", "no ARN"},
		{"a wrong type", eve + `}],"Policies":7}`, "a.json", "Policies"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := read(t, "a.json", c.file, "b.json", "{", "c.json", "{}")
			if len(o.Principals) != 1 || !names(o, c.what, c.why) || !names(o, "b.json", "unexpected end") || !names(o, "c.json", "nothing that is known") {
				t.Errorf("%d principals, gaps %+v", len(o.Principals), o.Gaps)
			}
			if _, err := reach.Build(o); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhereNoAccountIsIsAnError(t *testing.T) {
	if _, err := FromFiles([]string{folder(t, "a.json", `{"Functions":[]}`)}); err == nil {
		t.Error("nothing was read, and no error")
	}
	if _, err := FromFiles([]string{filepath.Join(t.TempDir(), "absent")}); err == nil {
		t.Error("nothing is there, and no error")
	}
}

// Whatever a file holds, reading it and building the graph end, and what was read twice is the same.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"UserDetailList":[{"Arn":"arn:aws:iam::111122223333:user/eve","UserPolicyList":[{"PolicyName":"p","PolicyDocument":` + admin + `}]}]}`))
	f.Add([]byte(`{"RoleDetailList":[{"Arn":"arn:aws:iam::111122223333:role/r","AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}}],"Policies":[{"Arn":"x","PolicyVersionList":[{"IsDefaultVersion":true}]}]}`))
	f.Add([]byte(`{"Reservations":[{"Instances":[{"IamInstanceProfile":{"Arn":"x"}}]}],"GroupDetailList":[{}],"ServiceControlPolicies":{"1":[[{}]]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		g := New()
		g.Read("a.json", b)
		o := g.Organisation()
		if _, err := reach.Build(o); err != nil {
			t.Fatal(err)
		}
		again := New()
		again.Read("a.json", b)
		if p := again.Organisation(); len(p.Principals) != len(o.Principals) || len(p.Texts) != len(o.Texts) {
			t.Fatalf("%d principals and %d texts, then %d and %d", len(o.Principals), len(o.Texts), len(p.Principals), len(p.Texts))
		}
	})
}
