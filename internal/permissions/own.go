package permissions

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/playbook"
)

// Own is the tier of the role that riposte runs as: its queue and its record, and to assume the other tiers' roles.
const Own = "own"

// Operate is the tier of people who work on the record: they halt, give orders and read, by riposte's verbs. It changes nothing in any account.
const Operate = "operate"

// recordCalls are all that a ledger in DynamoDB is asked, by riposte and by people's verbs alike: an order is written as a case is.
func recordCalls() []call.ID {
	return []call.ID{
		call.DynamoDBBatchGetItem, call.DynamoDBDeleteItem, call.DynamoDBDescribeTable, call.DynamoDBGetItem, call.DynamoDBPutItem, call.DynamoDBQuery,
		call.DynamoDBScan, call.DynamoDBUpdateItem,
	}
}

// Operate returns what people need to work on the record from their own machines; false where the record is a file, which only its machine has.
func (r Roles) Operate(h Hub) (TierPolicy, bool) {
	out := TierPolicy{Tier: Operate, Role: cmp.Or(r.ByTier[Operate], "riposte-operate"), For: "people, in the hub: the brake, orders, the record; nothing in any account"}
	if h.Table == "" {
		return out, false
	}
	for _, p := range slices.Concat(h.record(), h.configuration()) {
		if len(p.resources) > 0 {
			out.Document.Statement = append(out.Document.Statement, p.allowed())
		}
	}
	return out, true
}

// granted is one statement of what is used in the hub.
type granted struct {
	sid       string
	calls     []call.ID
	resources []string
	from      string // the one address that may be the sender
}

func (g granted) allowed() iam.Statement {
	return iam.Statement{Sid: g.sid, Effect: "Allow", Action: call.Actions(g.calls...), Resource: g.resources, Condition: sender(g.from)}
}

func (h Hub) record() []granted {
	return []granted{{"Record", recordCalls(), each(list(h.Table), "arn:*:dynamodb:*:*:table/%s", "arn:*:dynamodb:*:*:table/%s/index/*"), ""}}
}

// configuration is read where it lies in AWS.
func (h Hub) configuration() []granted {
	return []granted{
		{"ReadObject", []call.ID{call.S3GetObject}, each(list(h.Object), "arn:*:s3:::%s"), ""},
		{"ReadParameter", []call.ID{call.SSMGetParameter}, each(list(h.Setting), "arn:*:ssm:*:*:parameter%s"), ""},
	}
}

// Hub is what riposte uses of its own account. What is empty it does not use, and is not granted.
type Hub struct {
	Queues   []string // URLs of the queues that events come from
	Wake     []string // URLs of the queues by which a function asks to be called again
	Answers  []string // URLs of the queues that bring people's clicks
	Table    string   // name of the ledger's table
	Bus      string   // ARN of the bus that outcomes are published on
	Buckets  []string // names of the buckets of trails
	States   []string // BUCKET/KEY of Terraform's, or BUCKET/PREFIX/ of many
	Object   string   // BUCKET/KEY of the configuration
	Setting  string   // or its parameter, /NAME
	Discover bool     // accounts are read from AWS Organizations
	Prices   bool     // AWS's price list is asked what resources cost
	Mail     Sender   // by SES
	Secrets  []string // names of SSM's parameters
	Accounts []string // with the roles that are assumed; none: any account's
}

// Sender is who writes mail by SES. The zero value is nobody.
type Sender struct{ Address, Region string }

// identities are the two by which an address may send: its own, and its domain's.
func (s Sender) identities() (arns []string) {
	if s.Address == "" {
		return nil
	}
	_, domain, _ := strings.Cut(s.Address, "@")
	for _, name := range []string{domain, s.Address} {
		arns = append(arns, fmt.Sprintf("arn:*:ses:%s:*:identity/%s", s.Region, name))
	}
	return arns
}

// AnyHub returns a hub that uses everything, under customary names.
func AnyHub() Hub {
	return Hub{
		Queues: []string{"riposte-*"}, Wake: []string{"riposte-wake*"}, Answers: []string{"riposte-answers"}, Table: "riposte*", Bus: "arn:*:events:*:*:event-bus/*",
		Buckets: []string{"*"}, Object: "riposte-*/*", Setting: "/riposte/*", Discover: true, Prices: true, Mail: Sender{"riposte@*", "*"}, Secrets: []string{"/riposte/*"},
	}
}

// decoys are the calls of riposte decoy in the author tier (internal/decoy), where decoys are watched; reading is what playbooks read anyway.
func decoys(watching []playbook.Definition) []call.ID {
	if !slices.ContainsFunc(watching, func(d playbook.Definition) bool { return d.ID == "identity.decoy-used" }) {
		return nil
	}
	return []call.ID{
		call.IAMCreateAccessKey, call.IAMCreateUser, call.IAMDeleteAccessKey, call.IAMDeleteUser, call.IAMDeleteUserPolicy, call.IAMPutUserPolicy, call.IAMTagUser,
	}
}

// Own returns what riposte's own role may do, beside what the tiers' roles may: these it has to assume.
func (r Roles) Own(h Hub, tiers []TierPolicy) (TierPolicy, error) {
	own := TierPolicy{Tier: Own, Role: cmp.Or(r.ByTier[Own], "riposte-own"), For: "riposte itself, in the hub: takes events, keeps the record, assumes the other roles"}
	for _, p := range slices.Concat([]granted{
		{"Receive", []call.ID{call.SQSChangeMessageVisibility, call.SQSDeleteMessage, call.SQSGetQueueAttributes, call.SQSReceiveMessage}, queues(slices.Concat(h.Queues, h.Wake, h.Answers)), ""},
		{"WakeLater", []call.ID{call.SQSSendMessage}, queues(h.Wake), ""},
	}, h.record(), []granted{
		{"Enter", []call.ID{call.STSAssumeRole}, r.entered(h.Accounts, tiers), ""},
		{"Discover", []call.ID{
			call.OrganizationsListAccounts, call.OrganizationsListAccountsForParent, call.OrganizationsListOrganizationalUnitsForParent,
			call.OrganizationsListRoots, call.OrganizationsDescribeOrganization, call.OrganizationsListPoliciesForTarget, call.OrganizationsDescribePolicy,
		}, map[bool][]string{true: {"*"}}[h.Discover], ""}, // these take no resource
		{"Price", []call.ID{call.PricingGetProducts}, map[bool][]string{true: {"*"}}[h.Prices], ""},
		{"Publish", []call.ID{call.EventsPutEvents}, list(h.Bus), ""},
		{"ListTrail", []call.ID{call.S3ListBucket}, each(h.Buckets, "arn:*:s3:::%s"), ""},
		{"ReadTrail", []call.ID{call.S3GetObject}, each(h.Buckets, "arn:*:s3:::%s/*"), ""},
		{"ListStates", []call.ID{call.S3ListBucket}, bucketsOf(h.States), ""},
		{"ReadStates", []call.ID{call.S3GetObject}, states(h.States), ""},
		{"SendMail", []call.ID{call.SESSendEmail}, h.Mail.identities(), h.Mail.Address},
		{"SeeIdentity", []call.ID{call.SESGetEmailIdentity}, h.Mail.identities(), ""},
		{"ReadSecrets", []call.ID{call.SSMGetParameter}, each(h.Secrets, "arn:*:ssm:*:*:parameter%s"), ""},
	}, h.configuration()) {
		if len(p.resources) > 0 {
			own.Document.Statement = append(own.Document.Statement, p.allowed())
		}
	}
	if len(own.Document.Statement) == 0 {
		return own, fmt.Errorf("permissions of tier %q: there is nothing that riposte would use", Own)
	}
	return own, nil
}

// states are the objects that states are in: S3 asks for the same right to read one and to ask whether it has changed.
func states(paths []string) (arns []string) {
	for _, p := range paths {
		if strings.HasSuffix(p, "/") {
			p += "*.tfstate"
		}
		arns = append(arns, "arn:*:s3:::"+p)
	}
	return arns
}

// bucketsOf are the buckets of states: without the right to list one, S3 says of a state that is not there that it may not be read.
func bucketsOf(paths []string) (arns []string) {
	for _, p := range paths {
		bucket, _, _ := strings.Cut(p, "/")
		if arn := "arn:*:s3:::" + bucket; !slices.Contains(arns, arn) {
			arns = append(arns, arn)
		}
	}
	return arns
}

// sender lets one address alone be the sender, which may have a wildcard.
func sender(address string) map[string]map[string][]string {
	if address == "" {
		return nil
	}
	return map[string]map[string][]string{"StringLike": {"ses:FromAddress": {address}}}
}

// entered returns the tiers' roles in every account.
func (r Roles) entered(accounts []string, tiers []TierPolicy) (out []string) {
	if len(accounts) == 0 {
		accounts = []string{"*"}
	}
	for _, account := range accounts {
		for _, t := range tiers {
			out = append(out, strings.Replace(anywhere(t.Role), "::*:", "::"+account+":", 1))
		}
	}
	return out
}

// queues returns ARNs by the queues' URLs, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME; of another form of URL (an
// endpoint's of one's own) the name alone is certain.
func queues(urls []string) (arns []string) {
	for _, text := range urls {
		account, name := "*", text
		if u, err := url.Parse(text); err == nil && u.Host != "" {
			parts := strings.Split(strings.Trim(u.Path, "/"), "/")
			name = parts[len(parts)-1]
			if len(parts) == 2 {
				account = parts[0]
			}
		}
		arns = append(arns, fmt.Sprintf("arn:*:sqs:*:%s:%s", account, name))
	}
	slices.Sort(arns)
	return slices.Compact(arns)
}

func each(names []string, forms ...string) (out []string) {
	for _, n := range names {
		for _, f := range forms {
			out = append(out, fmt.Sprintf(f, n))
		}
	}
	return out
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
