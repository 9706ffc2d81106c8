package permissions

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/playbook"
)

// everything is a playbook that uses every kind of action.
func everything() []playbook.Definition {
	return []playbook.Definition{{ID: "test.all", Reads: []call.ID{call.EC2DescribeImages}, Changes: action.Kinds()}}
}

func kinds(names ...string) []playbook.Definition {
	used := slices.DeleteFunc(action.Kinds(), func(k action.Kind) bool { return !slices.Contains(names, k.Name) })
	return []playbook.Definition{{ID: "test.some", Reads: []call.ID{call.EC2DescribeImages}, Changes: used}}
}

func tier(t *testing.T, of []playbook.Definition, name string) (iam.Policy, bool) {
	t.Helper()
	all, err := For(of, action.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Tier != name {
			continue
		}
		b, err := p.Document.JSON()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := iam.Size(string(b)); n > 6144 {
			t.Errorf("%s: %d characters do not fit into a managed policy", name, n)
		}
		policy, err := iam.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		return policy, true
	}
	return iam.Policy{}, false
}

func may(p iam.Policy, call, resource string, context map[string]string) bool {
	return iam.Evaluate(iam.Request{Action: call, Resource: resource, Context: iam.ContextOf(context)}, iam.Policies{Identity: []iam.Policy{p}}).Effect == iam.Allowed
}

func TestEveryKindHasItsGrants(t *testing.T) {
	all, err := For(everything(), action.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	granted := map[string][]string{}
	for _, p := range all {
		for _, s := range p.Document.Statement {
			granted[p.Tier] = append(granted[p.Tier], s.Action...)
		}
	}
	for _, k := range action.Kinds() {
		for _, read := range k.Reads {
			if !slices.Contains(granted[Audit], string(read)) {
				t.Errorf("%s: audit may not %s", k.Name, read)
			}
		}
		for _, write := range k.Writes {
			if !slices.Contains(granted[string(k.Tier)], string(write)) {
				t.Errorf("%s: %s may not %s", k.Name, k.Tier, write)
			}
		}
	}
}

func TestWhatIsTakenBackIsGrantedToo(t *testing.T) {
	for _, k := range action.Kinds() {
		if k.Class == action.Contain && k.Final == "" && len(WaysBack(k, action.Kinds())) == 0 && !slices.ContainsFunc(k.Writes, func(w call.ID) bool { return slices.Contains(k.UndoneBy, w) }) {
			t.Errorf("%s: nothing takes it back", k.Name)
		}
	}
	contain, ok := tier(t, kinds("autoscaling.suspend"), "contain")
	if !ok || !may(contain, "autoscaling:ResumeProcesses", "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/web", nil) {
		t.Error("a group that was suspended can't be resumed")
	}
}

// TestOnlyWhatWasAnnouncedIsDeleted: a stolen session of the destroy tier deletes nothing that the tag tier's role did not tag, and one of the
// mend tier tags nothing but what it makes.
func TestOnlyWhatWasAnnouncedIsDeleted(t *testing.T) {
	const volume = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-0a"
	destroy, _ := tier(t, kinds("ec2.delete-volume", "ec2.release-address", "rds.delete-cluster", "iam.delete-user"), "destroy")
	mend, _ := tier(t, kinds("ec2.delete-volume", "ec2.snapshot-volume"), "mend")
	announced := map[string]string{"aws:ResourceTag/riposte:case": "c_1", "aws:ResourceTag/riposte:deletes-after": "2030-01-21"}
	const boundary = "arn:aws:iam::111122223333:policy/riposte-deny-boundary"
	bounded := maps.Clone(announced)
	bounded["iam:PermissionsBoundary"] = boundary
	for _, c := range []struct {
		story   string
		of      iam.Policy
		call    string
		context map[string]string
		want    bool
	}{
		{"announced", destroy, "ec2:DeleteVolume", announced, true},
		{"changed by riposte, as what it contains is", destroy, "ec2:DeleteVolume", map[string]string{"aws:ResourceTag/riposte:case": "c_1"}, false},
		{"not announced", destroy, "ec2:DeleteVolume", nil, false},
		{"an address that was not announced", destroy, "ec2:ReleaseAddress", map[string]string{"aws:ResourceTag/Name": "mail"}, false},
		{"tags with what is made", mend, "ec2:CreateTags", map[string]string{"ec2:CreateAction": "CreateVolume"}, true},
		{"tags on what is there", mend, "ec2:CreateTags", nil, false},
		{"gives back what was deleted", mend, "ec2:CreateVolume", nil, true},
		{"deletes", mend, "ec2:DeleteVolume", announced, false},
		{"deletes what was announced of clusters", destroy, "rds:DeleteDBCluster", announced, true},
		{"deletes another cluster", destroy, "rds:DeleteDBCluster", nil, false},
		{"deletes a user that was announced", destroy, "iam:DeleteUser", announced, true},
		{"takes what denies it off first", destroy, "iam:DetachUserPolicy", announced, true},
		{"bounds it before that, by what denies everything", destroy, "iam:PutUserPermissionsBoundary", bounded, true},
		{"bounds a user that was not announced", destroy, "iam:PutUserPermissionsBoundary", map[string]string{"iam:PermissionsBoundary": boundary}, false},
		{"bounds by another policy", destroy, "iam:PutUserPermissionsBoundary", announced, false},
		{"frees a contained user", destroy, "iam:DetachUserPolicy", map[string]string{"aws:ResourceTag/riposte:case": "c_1"}, false},
		{"of an inline deny", destroy, "iam:DeleteUserPolicy", map[string]string{"aws:ResourceTag/riposte:case": "c_1"}, false},
		{"deletes another user's key", destroy, "iam:DeleteAccessKey", nil, false},
		{"or password", destroy, "iam:DeleteLoginProfile", nil, false},
		{"or the user", destroy, "iam:DeleteUser", nil, false},
	} {
		on := volume
		switch call.ID(c.call).Service() {
		case "rds":
			on = "arn:aws:rds:eu-west-1:111122223333:cluster:shop"
		case "iam":
			on = "arn:aws:iam::111122223333:user/reports"
		}
		if got := may(c.of, c.call, on, c.context); got != c.want {
			t.Errorf("%s: %v, want %v", c.story, got, c.want)
		}
	}
}

// TestMendDoesNoMoreThanMend: what a stolen session of the mend tier can't do.
func TestMendDoesNoMoreThanMend(t *testing.T) {
	mend, _ := tier(t, everything(), "mend")
	const instance, db, rds = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a", "arn:aws:rds:eu-west-1:111122223333:db:web", "arn:aws:rds:eu-west-1:111122223333:"
	const warehouse = "arn:aws:redshift:eu-west-1:111122223333:cluster:sales"
	tokens := func(v string) map[string]string { return map[string]string{"ec2:Attribute/HttpTokens": v} }
	keys := func(k string) map[string]string { return map[string]string{"aws:TagKeys": k} }
	unused := map[string]string{"aws:ResourceTag/riposte:case": "c_1", "aws:ResourceTag/riposte:unused-since": "2029-11-01"}
	for _, c := range []struct {
		story, call, on string
		context         map[string]string
		want            bool
	}{
		{"requires tokens", "ec2:ModifyInstanceMetadataOptions", instance, tokens("required"), true},
		{"makes them optional", "ec2:ModifyInstanceMetadataOptions", instance, tokens("optional"), false},
		{"says nothing of them", "ec2:ModifyInstanceMetadataOptions", instance, nil, false},
		{"has its own user data run", "ec2:CreateLaunchTemplateVersion", "arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-0a", nil, false},
		{"has another version run", "ec2:ModifyLaunchTemplate", "arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-0a", nil, false},
		{"deletes a version", "ec2:DeleteLaunchTemplateVersions", "arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-0a", nil, false},
		{"activates a key", "iam:UpdateAccessKey", "arn:aws:iam::111122223333:user/mallory", nil, false},
		{"stops what was announced", "rds:StopDBInstance", db, unused, true},
		{"stops another database", "rds:StopDBInstance", db, nil, false},
		{"gives an owner's tag back", "rds:AddTagsToResource", db, keys("team"), true},
		{"announces", "rds:AddTagsToResource", db, keys("riposte:case"), false},
		{"in other letters", "rds:AddTagsToResource", db, keys("Riposte:Case"), false},
		{"restores a final snapshot", "rds:RestoreDBInstanceFromDBSnapshot", rds + "snapshot:riposte-0a", nil, true},
		{"restores another", "rds:RestoreDBInstanceFromDBSnapshot", rds + "snapshot:payroll", nil, false},
		{"stops an announced cluster", "rds:StopDBCluster", rds + "cluster:shop", unused, true},
		{"stops another cluster", "rds:StopDBCluster", rds + "cluster:shop", nil, false},
		{"restores a final snapshot of a cluster", "rds:RestoreDBClusterFromSnapshot", rds + "cluster-snapshot:riposte-0a", nil, true},
		{"restores another cluster", "rds:RestoreDBClusterFromSnapshot", rds + "cluster-snapshot:payroll", nil, false},
		{"makes a database of Aurora", "rds:CreateDBInstance", db, map[string]string{"rds:DatabaseEngine": "aurora-mysql"}, true},
		{"in a cluster that came back", "rds:CreateDBInstance", rds + "cluster:shop", map[string]string{"aws:ResourceTag/riposte:of": "cluster-SHOP"}, true},
		{"in another cluster", "rds:CreateDBInstance", rds + "cluster:shop", nil, false},
		{"stops an announced instance", "ec2:StopInstances", instance, unused, true},
		{"stops an instance that riposte has changed", "ec2:StopInstances", instance, map[string]string{"aws:ResourceTag/riposte:case": "c_1"}, false},
		{"stops another instance", "ec2:StopInstances", instance, nil, false},
		{"pauses an announced warehouse", "redshift:PauseCluster", warehouse, unused, true},
		{"pauses another warehouse", "redshift:PauseCluster", warehouse, nil, false},
		{"announces a warehouse", "redshift:CreateTags", warehouse, keys("riposte:case"), false},
		{"gives a warehouse's tag back", "redshift:CreateTags", warehouse, keys("team"), true},
		{"restores a final snapshot of a warehouse", "redshift:RestoreFromClusterSnapshot", "arn:aws:redshift:eu-west-1:111122223333:snapshot:sales/riposte-0a", nil, true},
		{"restores another warehouse", "redshift:RestoreFromClusterSnapshot", "arn:aws:redshift:eu-west-1:111122223333:snapshot:sales/daily", nil, false},
		{"makes a database of its own", "rds:CreateDBInstance", db, map[string]string{"rds:DatabaseEngine": "mysql"}, false},
	} {
		if got := may(mend, c.call, c.on, c.context); got != c.want {
			t.Errorf("%s: %v, want %v", c.story, got, c.want)
		}
	}
	author, _ := tier(t, everything(), "author")
	if !may(author, "ec2:ModifyInstanceMetadataOptions", instance, tokens("optional")) {
		t.Error("nothing takes the requirement back")
	}
}

func TestOnlyTheTiersThatAreNeeded(t *testing.T) {
	for _, c := range []struct {
		name string
		of   []playbook.Definition
		want []string
	}{
		{"no playbook", nil, []string{Report}},
		{"suspending needs no more than contain, and tags", kinds("autoscaling.suspend"), []string{Audit, "tag", Report, "contain"}},
		{"terminating needs destroy, and tags", kinds("ec2.terminate"), []string{Audit, "tag", Report, "destroy"}},
		{"tagging needs no more than tag", kinds("tag.put"), []string{Audit, "tag", Report}},
		{"all", everything(), []string{Audit, "tag", Report, "contain", "mend", "author", "destroy"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, err := For(c.of, action.Kinds())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range all {
				got = append(got, p.Tier)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestContainCannotMakeItselfAdministrator(t *testing.T) {
	contain, _ := tier(t, everything(), "contain")
	const user, role = "arn:aws:iam::111122223333:user/mallory", "arn:aws:iam::111122223333:role/ci/deploy"
	deny := map[string]string{"iam:PolicyARN": "arn:aws:iam::111122223333:policy/" + action.DenyPolicy}
	admin := map[string]string{"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}
	bound := map[string]string{"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/" + action.BoundaryPolicy}
	for _, c := range []struct {
		name, call, on string
		context        map[string]string
		want           bool
	}{
		{"attaches the deny", "iam:AttachUserPolicy", user, deny, true},
		{"and takes it off", "iam:DetachRolePolicy", role, deny, true},
		{"attaches nothing else", "iam:AttachUserPolicy", user, admin, false},
		{"takes nothing else off", "iam:DetachUserPolicy", user, admin, false},
		{"unknown is not permission", "iam:AttachUserPolicy", user, nil, false},
		{"sets the boundary", "iam:PutUserPermissionsBoundary", user, bound, true},
		{"sets no other", "iam:PutUserPermissionsBoundary", user, map[string]string{"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}, false},
		{"writes no policy", "iam:PutUserPolicy", user, nil, false},
		{"nor a version of one", "iam:CreatePolicyVersion", "arn:aws:iam::111122223333:policy/" + action.DenyPolicy, nil, false},
		{"leaves riposte's own roles alone", "iam:AttachRolePolicy", "arn:aws:iam::111122223333:role/riposte-contain", deny, false},
		{"terminates nothing", "ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := may(contain, c.call, c.on, c.context); got != c.want {
				t.Errorf("%s on %s: got %v, want %v", c.call, c.on, got, c.want)
			}
		})
	}
}

// Pinning a group needs the right to launch: from templates, for EC2's sake, and never with a role of riposte's own.
func TestAuthorLaunchesFromTemplatesOnly(t *testing.T) {
	author, _ := tier(t, everything(), "author")
	const instance, role = "arn:aws:ec2:eu-west-1:111122223333:instance/*", "arn:aws:iam::111122223333:role/web"
	template := map[string]string{"ec2:LaunchTemplate": "arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-0123456789abcdef0"}
	toEC2 := map[string]string{"iam:PassedToService": "ec2.amazonaws.com"}
	for _, c := range []struct {
		name, call, on string
		context        map[string]string
		want           bool
	}{
		{"from a template", "ec2:RunInstances", instance, template, true},
		{"its image, which has no account", "ec2:RunInstances", "arn:aws:ec2:eu-west-1::image/ami-0123456789abcdef0", template, true},
		{"by hand", "ec2:RunInstances", "arn:aws:ec2:eu-west-1::image/ami-0123456789abcdef0", nil, false}, // EC2 asks about the image, too
		{"of an image that a case had made", "ec2:RunInstances", "arn:aws:ec2:eu-west-1::image/ami-0123456789abcdef0", map[string]string{"aws:ResourceTag/" + action.CaseTag: "c_1"}, true},
		{"tags what it launches", "ec2:CreateTags", instance, map[string]string{"ec2:CreateAction": "RunInstances"}, true},
		{"tags nothing else", "ec2:CreateTags", instance, nil, false},
		{"passes a role to an instance", "iam:PassRole", role, toEC2, true},
		{"and to no other service", "iam:PassRole", role, map[string]string{"iam:PassedToService": "lambda.amazonaws.com"}, false},
		{"none of riposte's own", "iam:PassRole", "arn:aws:iam::111122223333:role/riposte-author", toEC2, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := may(author, c.call, c.on, c.context); got != c.want {
				t.Errorf("%s on %s: got %v, want %v", c.call, c.on, got, c.want)
			}
		})
	}
	contain, _ := tier(t, everything(), "contain")
	if may(contain, "autoscaling:UpdateAutoScalingGroup", "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1:autoScalingGroupName/web", nil) {
		t.Error("contain may empty a group")
	}
}

func TestAuditChangesNothing(t *testing.T) {
	all, err := For(everything(), action.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all[0].Document.Statement {
		for _, call := range s.Action {
			_, name, _ := strings.Cut(call, ":")
			if !strings.HasPrefix(name, "Describe") && !strings.HasPrefix(name, "Get") && !strings.HasPrefix(name, "List") {
				t.Errorf("audit may %s", call)
			}
		}
	}
}

func TestAnUnknownCallIsRefused(t *testing.T) {
	_, err := document("contain", []call.ID{call.IAMCreateUser}, nil, nil, false)
	if err == nil || !strings.Contains(err.Error(), "iam:CreateUser") {
		t.Errorf("got %v", err)
	}
}

func TestPredeployedPoliciesDeny(t *testing.T) {
	all, err := Predeployed()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		policy, err := iam.Parse(p.Document)
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		d := iam.Evaluate(iam.Request{Action: "iam:DetachUserPolicy", Resource: "*"}, iam.Policies{Identity: []iam.Policy{policy}})
		if d.Effect != iam.ExplicitDeny {
			t.Errorf("%s lets its target take it off: %v", p.Name, d.Effect)
		}
	}
}

// The tag tier can't write a key that a company decides about, nor take one off.
func TestTheTagTierWritesItsOwnKeysAlone(t *testing.T) {
	named := append(kinds("tag.put"), playbook.Definition{TagKeys: []string{"owner"}})
	tag, ok := tier(t, named, "tag")
	if !ok {
		t.Fatal("there is no tag tier")
	}
	for _, c := range []struct {
		keys []string
		want bool
	}{
		{[]string{"riposte:case", "riposte:variance"}, true}, {[]string{"owner"}, true},
		{[]string{"riposte:isolation"}, false}, {[]string{"riposte:case", "team"}, false}, {nil, false},
	} {
		for _, call := range []string{"ec2:CreateTags", "ec2:DeleteTags", "autoscaling:CreateOrUpdateTags", "iam:TagRole", "iam:UntagUser", "rds:AddTagsToResource"} {
			var x iam.Context
			x.SetAll("aws:TagKeys", c.keys)
			r := iam.Request{Action: call, Resource: "arn:aws:iam::111122223333:role/any", Context: x}
			if got := iam.Evaluate(r, iam.Policies{Identity: []iam.Policy{tag}}).Effect == iam.Allowed; got != c.want {
				t.Errorf("%s of %q: %v", call, c.keys, got)
			}
		}
	}
}
