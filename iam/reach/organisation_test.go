package reach

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/iam"
)

// synthetic says how large an organisation is, and how many chains are planted in it.
type synthetic struct {
	accounts, principals, compute int
	chains                        int
	seed                          uint64
}

// planted is a chain, and what has to be found.
type planted struct {
	from string
	hops int
	want iam.Answer
}

// generator makes organisations as one meets them: applications with own resources, readers, deployers, operators, power users, hubs.
type generator struct {
	*rand.Rand
	o       Organisation
	planted []planted
}

func (y synthetic) generate() (Organisation, []planted) {
	g := &generator{Rand: rand.New(rand.NewPCG(y.seed, 1)), o: Organisation{ID: "o-synthetic"}}
	kinds := map[string]bool{}
	for _, r := range runs() {
		kinds[string(r.kind)] = true
	}
	for a := range y.accounts {
		levels := [][]int{{g.text(allowAll)}, {g.text(allowAll), g.text(policy(
			`{"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","us-east-1"]}}}`))}}
		if a%3 == 1 {
			levels = append(levels, []int{g.text(allowAll), g.text(policy(deny("iam:CreateAccessKey,iam:CreateLoginProfile", "*", `{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/break-glass"}}`)))})
		}
		g.o.Accounts = append(g.o.Accounts, Account{ID: fmt.Sprintf("%012d", 100000000000+a), Services: levels, Listed: kinds})
	}
	for a := range y.accounts {
		first := len(g.o.Principals)
		for i := range y.principals / y.accounts {
			g.somebody(a, i)
		}
		g.running(a, first, y.compute/y.accounts)
	}
	for n := range y.chains {
		g.chain(n)
	}
	return g.o, g.planted
}

func (g *generator) text(json string) int { return g.o.Text(Text{Name: "policy", JSON: json}) }
func (g *generator) trust(json string) int {
	return g.o.Text(Text{Name: "trust", JSON: json, Trust: true})
}

func (g *generator) arn(a int, name string) string {
	return "arn:aws:iam::" + g.o.Accounts[a].ID + ":role/" + name
}

func (g *generator) add(a int, name, trust string, statements ...string) *Principal {
	g.o.Principals = append(g.o.Principals, Principal{ARN: g.arn(a, name), Kind: Role, Account: a, Boundary: None, Profile: true, Trust: g.trust(trust), Tags: map[string]string{}})
	p := &g.o.Principals[len(g.o.Principals)-1]
	if len(statements) > 0 {
		p.Texts = []int{g.text(policy(statements...))}
	}
	return p
}

var readers = func() string {
	var actions []string
	for _, s := range strings.Fields("acm athena batch cloudformation cloudtrail codebuild dynamodb ec2 ecr ecs eks glue iam kms lambda logs rds s3 sagemaker sns sqs ssm states sts tag") {
		actions = append(actions, s+":Get*", s+":List*", s+":Describe*")
	}
	return allow(strings.Join(actions, ","), "*")
}()

// somebody is one ordinary principal.
func (g *generator) somebody(a, i int) {
	id := g.o.Accounts[a].ID
	team := fmt.Sprintf("team-%d", g.IntN(12))
	run := []string{lambda, ec2, tasks, "codebuild.amazonaws.com"}[min(int(g.ExpFloat64()*2), 3)]
	tooling := root(g.o.Accounts[0].ID)
	switch k := g.Float64(); {
	case k < .6:
		var statements []string
		for range 1 + g.IntN(4) {
			statements = append(statements, allow("s3:GetObject,s3:PutObject,sqs:SendMessage,kms:Decrypt", fmt.Sprintf("arn:aws:s3:::%s-%s-%d", team, id, g.IntN(400))))
		}
		if g.Float64() < .15 {
			statements = append(statements, allow("lambda:InvokeFunction", fmt.Sprintf("arn:aws:lambda:eu-west-1:%s:function:f-%d", id, g.IntN(2000))))
		}
		g.add(a, fmt.Sprintf("app-%s-%d", team, i), service(run), statements...)
	case k < .74:
		g.add(a, fmt.Sprintf("read-%d", i), tooling, readers)
	case k < .84:
		g.add(a, fmt.Sprintf("deploy-%s-%d", team, i), trusting(`{"AWS":"arn:aws:iam::`+g.o.Accounts[0].ID+`:root"}`, `{"StringEquals":{"sts:ExternalId":"`+team+`"}}`),
			allow("lambda:CreateFunction,lambda:UpdateFunctionCode,lambda:InvokeFunction", fmt.Sprintf("arn:aws:lambda:*:%s:function:%s-*", id, team)),
			allow("iam:PassRole", g.arn(a, "app-"+team+"-*"), `{"StringEquals":{"iam:PassedToService":["lambda.amazonaws.com","ecs-tasks.amazonaws.com"]}}`),
			allow("ecs:RegisterTaskDefinition,ecs:RunTask", "*", `{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}`))
	case k < .9:
		g.add(a, fmt.Sprintf("ops-%d", i), trusting(`{"AWS":"arn:aws:iam::`+id+`:root"}`, `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`),
			allow("ssm:StartSession,ssm:SendCommand", "arn:aws:ec2:*:*:instance/*", `{"StringEquals":{"ssm:resourceTag/team":"${aws:PrincipalTag/team}"}}`),
			allow("ec2:StartInstances,ec2:StopInstances", "*", `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`)).Tags["team"] = team
	case k < .93:
		p := g.add(a, fmt.Sprintf("power-%d", i), root(id), `{"Effect":"Allow","NotAction":["iam:*","organizations:*","sso:*"],"Resource":"*"}`)
		if g.Float64() < .7 {
			p.Boundary = g.text(policy(`{"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"}`))
		}
	case k < .96:
		g.add(a, fmt.Sprintf("hub-%d", i), service(run), allow("sts:AssumeRole", "arn:aws:iam::*:role/deploy-"+team+"-*"))
	case k < .985:
		g.add(a, fmt.Sprintf("user-%d", i), service(run), allow("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}"), allow("s3:*", "arn:aws:s3:::"+team+"-*"))
	case k < .99:
		g.add(a, fmt.Sprintf("admin-%d", i), `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::`+id+`:saml-provider/x"},"Action":"sts:AssumeRoleWithSAML"}]}`, allow("*", "*"))
	default:
		g.add(a, fmt.Sprintf("net-%d", i), tooling, readers, allow("ec2:*", "*"))
	}
}

// running gives an account's applications something that runs with their roles, few of them most of it.
func (g *generator) running(a, first, n int) {
	var roles []string
	for _, p := range g.o.Principals[first:] {
		if strings.Contains(p.ARN, ":role/app-") {
			roles = append(roles, p.ARN)
		}
	}
	for i := range n {
		role := roles[min(int(g.ExpFloat64()*float64(len(roles))/3), len(roles)-1)]
		c := Compute{ARN: fmt.Sprintf("arn:aws:lambda:eu-west-1:%s:function:f-%d", g.o.Accounts[a].ID, i), Kind: Function, Account: a, Role: role, Tags: map[string]string{"team": fmt.Sprintf("team-%d", i%12)}}
		if i%2 == 0 {
			c.Kind, c.ARN = Instance, fmt.Sprintf("arn:aws:ec2:eu-west-1:%s:instance/i-%017x", g.o.Accounts[a].ID, i)
		}
		g.o.Compute = append(g.o.Compute, c)
	}
}

// chain plants one of 2 to 10 hops, each by another gain, into an administrator of its own: whole, with one hop denied, bounded, under a
// guardrail or misnamed, or with one hop under a condition on a key that is not known.
func (g *generator) chain(n int) {
	hops, a := 2+n%9, g.IntN(len(g.o.Accounts))
	want := []iam.Answer{iam.Yes, iam.No, iam.Maybe}[n/9%3]
	spoiled := g.IntN(hops)
	next := g.add(a, fmt.Sprintf("chain-%d-end", n), service("states.amazonaws.com"), allow("*", "*"))
	for h := hops - 1; h >= 0; h-- {
		me := g.arn(a, fmt.Sprintf("chain-%d-%d", n, h))
		how := link{g, a, me, n, h, h == hops-1}
		statements, trust := how.draw(next, h == spoiled && want == iam.Maybe)
		next.Trust = g.trust(trust)
		if want == iam.No && h == spoiled {
			statements = append(statements, deny("sts:*,iam:*,lambda:*,ssm:*", "*"))
		}
		p := g.add(a, fmt.Sprintf("chain-%d-%d", n, h), service("states.amazonaws.com"), statements...)
		if want == iam.No && h == spoiled && n%2 == 0 { // bounded instead
			p.Texts = []int{g.text(policy(statements[:len(statements)-1]...))}
			p.Boundary = g.text(policy(allow("s3:*", "*")))
			if len(statements) == 1 { // the trust names it, which the boundary limits too
				p.Texts = nil
			}
		}
		next = p
	}
	g.planted = append(g.planted, planted{g.arn(a, fmt.Sprintf("chain-%d-0", n)), hops, want})
}

// link is one hop of a chain.
type link struct {
	*generator
	account int
	me      string
	n, h    int
	last    bool
}

func (l link) draw(to *Principal, doubtful bool) (statements []string, trust string) {
	id := l.o.Accounts[l.account].ID
	mfa := ""
	if doubtful {
		mfa = []string{`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, `{"IpAddress":{"aws:SourceIp":["203.0.113.0/24"]}}`, `{"StringEquals":{"sts:ExternalId":"x"}}`}[l.IntN(3)]
	}
	if l.last && l.IntN(2) == 0 {
		return l.drawEnd(to, mfa)
	}
	switch way := l.IntN(6); {
	case way == 0 || doubtful && way == 1:
		return []string{allow("sts:AssumeRole", to.ARN)}, trusting(`{"AWS":"arn:aws:iam::`+id+`:root"}`, mfa)
	case way == 1:
		return nil, trusting(`{"AWS":"` + l.me + `"}`)
	case way == 2:
		return []string{allow("iam:PassRole", to.ARN, `{"StringLike":{"iam:PassedToService":"lambda.*"}}`), allow("lambda:CreateFunction,lambda:InvokeFunction", "*", mfa)}, service(lambda)
	case way == 3:
		arn := fmt.Sprintf("arn:aws:ec2:eu-west-1:%s:instance/i-%017x", id, 900000+l.n*16+l.h)
		l.o.Compute = append(l.o.Compute, Compute{ARN: arn, Kind: Instance, Account: l.account, Role: to.ARN})
		return []string{allow("ssm:StartSession", arn, mfa)}, service(ec2)
	case way == 4:
		arn := fmt.Sprintf("arn:aws:lambda:eu-west-1:%s:function:c-%d-%d", id, l.n, l.h)
		l.o.Compute = append(l.o.Compute, Compute{ARN: arn, Kind: Function, Account: l.account, Role: to.ARN})
		return []string{allow("lambda:UpdateFunctionCode", strings.Replace(arn, "eu-west-1", "*", 1), mfa)}, service(lambda)
	}
	return []string{allow("iam:UpdateAssumeRole*", to.ARN, mfa)}, service(ec2)
}

// drawEnd is a last hop that needs no administrator: the principal makes itself one, or a role, or a new one. Nothing else could stand further in
// front, since each leads there at once.
func (l link) drawEnd(to *Principal, condition string) (statements []string, trust string) {
	to.Texts = nil
	switch l.IntN(3) {
	case 0:
		return []string{allow("iam:PutRolePolicy", l.me, condition)}, service(ec2)
	case 1:
		return []string{allow("iam:AttachRolePolicy", to.ARN, condition), allow("sts:AssumeRole", to.ARN)}, root(l.o.Accounts[l.account].ID)
	}
	return []string{allow("iam:CreateRole,iam:PutRolePolicy", l.me+"-made-*", condition)}, service(ec2)
}

func TestPlantedChainsAreFoundAbsentOrPossible(t *testing.T) {
	counts := map[iam.Answer]int{}
	for seed := uint64(1); seed <= 3; seed++ {
		o, chains := synthetic{accounts: 3, principals: 300, compute: 600, chains: 108, seed: seed}.generate()
		g, err := Build(o)
		if err != nil {
			t.Fatal(err)
		}
		certain, any := g.Search(Query{Sure: true}), g.Search(Query{})
		for _, c := range chains {
			counts[c.want]++
			got := iam.No
			if any.Level(c.from) > 0 {
				got = iam.Maybe
			}
			if certain.Level(c.from) > 0 {
				got = iam.Yes
			}
			if got != c.want || got == iam.Yes && certain.Level(c.from) != c.hops {
				p, _ := any.Path(c.from)
				t.Errorf("seed %d: %s over %d hops is %v, want %v (level %d): %+v", seed, c.from, c.hops, got, c.want, certain.Level(c.from), p)
			}
		}
	}
	t.Logf("%d found, %d absent, %d possible", counts[iam.Yes], counts[iam.No], counts[iam.Maybe])
}
