package reach

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// published are the identifiers of pathfinding.cloud, each service with how many it has, from 001.
var published = map[string]int{
	"IAM": 23, "STS": 3, "SSO": 3, "SSM": 3, "LAMBDA": 6, "ECS": 6, "BATCH": 2, "CODEBUILD": 4, "CODEDEPLOY": 1, "CLOUDFORMATION": 5, "EC2": 4, "GLUE": 7,
	"SAGEMAKER": 5, "APPRUNNER": 2, "BEDROCK": 2, "STEPFUNCTIONS": 2, "SCHEDULER": 1, "COGNITOIDENTITY": 1, "DATAPIPELINE": 1, "EMR": 1, "EMRSERVERLESS": 1,
	"GAMELIFT": 1, "IMAGEBUILDER": 1, "KINESISANALYTICS": 1, "OMICS": 1, "BRAKET": 1,
}

func TestEveryPublishedIdentifierHasATechnique(t *testing.T) {
	want := []string{"EC2INSTANCECONNECT-003", "ECS-009"}
	for service, n := range published {
		for i := range n {
			want = append(want, fmt.Sprintf("%s-%03d", service, i+1))
		}
	}
	var have []string
	for _, x := range Table() {
		have = append(have, x.Refs...)
	}
	for _, ref := range want {
		if !slices.Contains(have, ref) {
			t.Errorf("%s has no technique", ref)
		}
	}
	if len(want) != 90 {
		t.Errorf("%d identifiers, 90 were published", len(want))
	}
}

func TestTheTableIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, x := range Table() {
		if seen[x.ID] || x.ID == "" || len(x.Needs) == 0 {
			t.Errorf("%q stands twice, or needs nothing", x.ID)
		}
		seen[x.ID] = true
		for _, need := range x.Needs {
			if len(need) == 0 {
				t.Errorf("%s: a need of nothing", x.ID)
			}
			for _, a := range need {
				if service, name, ok := strings.Cut(a.Action, ":"); !ok || service == "" || name == "" || (a.Form != "" && a.On != New) {
					t.Errorf("%s: %+v", x.ID, a)
				}
			}
		}
		if run := runOf(x.Kind); (x.Gain == Takeover || x.Gain == Deputy) && run.service == "" {
			t.Errorf("%s takes over a %s, of which nothing is known", x.ID, x.Kind)
		}
		if x.Gain == Pass && !strings.HasSuffix(x.To, ".amazonaws.com") {
			t.Errorf("%s passes a role to %q", x.ID, x.To)
		}
	}
}

// Each technique is found where an administrator can be gained by nothing else, and is not where one of its needs is denied.
func TestEachTechniqueIsFound(t *testing.T) {
	for _, x := range Table() {
		t.Run(x.ID, func(t *testing.T) {
			s := newStory(t)
			if got := planting(s, x, nil); !strings.HasSuffix(got, x.ID) && !strings.Contains(got, x.ID+" ") {
				t.Errorf("came to %s", got)
			}
			for _, need := range x.Needs {
				var denied []string
				for _, a := range need {
					denied = append(denied, a.Action)
				}
				if got := planting(newStory(t), x, denied); strings.Contains(got, x.ID) {
					t.Errorf("came to %s without %v", got, denied)
				}
			}
		})
	}
}

// planting tells a story in which a principal may do just what a technique needs, but for what is denied, and what it comes to.
func planting(s *story, x Technique, denied []string) string {
	var actions []string
	for _, need := range x.Needs {
		actions = append(actions, need[0].Action)
	}
	trust := service(x.To)
	switch {
	case x.Gain == Federate:
		trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::` + account + `:` + x.To + `x"},"Action":["sts:AssumeRoleWithSAML","sts:AssumeRoleWithWebIdentity"]}]}`
	case x.To == "cognito-identity.amazonaws.com":
		trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"}]}`
	case x.Gain == Takeover:
		trust = service(runOf(x.Kind).service)
	case x.To == "":
		trust = root(account)
	}
	managed := "arn:aws:iam::" + account + ":policy/app"
	group := "arn:aws:iam::" + account + ":group/admins"
	if x.Gain != Escalate && x.Gain != Create && x.Gain != Unbound && x.Gain != Join && x.Gain != Revert {
		if x.Kind == User {
			s.user("boss", allow("*", "*"))
		} else {
			s.administrator(trust)
		}
	}
	statements := []string{allow(strings.Join(actions, ","), "*")}
	if len(denied) > 0 {
		statements = append(statements, deny(strings.Join(denied, ","), "*"))
	}
	var p *Principal
	start := userARN("start")
	if x.Kind == Role && (x.Gain == Escalate || x.Gain == Unbound) || x.ID == "iam.new-admin-user" {
		p, start = s.role("start", service(ec2), statements...), roleARN("start")
	} else {
		p = s.user("start", statements...)
	}
	switch x.Gain {
	case Elevate:
		s.Principals[0].Managed, s.Principals[0].Texts = []string{managed}, nil // an administrator by what is put on it, and by nothing else
	case Escalate:
		p.Managed, p.Groups = []string{managed}, []string{group}
	case Unbound:
		p.Boundary = s.policy(policy(allow("iam:*Boundary", "*")))
		p.Texts = append(p.Texts, s.policy(allowAll))
	case Join:
		s.Accounts[0].Groups = []Group{{ARN: group, Texts: []int{s.policy(allowAll)}}}
	case Revert:
		s.Accounts[0].Policies = []Managed{{ARN: managed, Text: p.Texts[0], Earlier: []int{s.policy(allowAll)}}}
		p.Managed = []string{managed}
	}
	if x.Bare {
		s.Principals[0].Profile = false
	}
	return s.outcome(start)
}
