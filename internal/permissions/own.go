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

// Hub is what riposte uses of its own account. What is empty it does not use, and is not granted.
type Hub struct {
	Queues   []string // URLs of the queues that events come from
	Wake     []string // URLs of the queues by which a function asks to be called again
	Table    string   // name of the ledger's table
	Bus      string   // ARN of the bus that outcomes are published on
	Buckets  []string // names of the buckets of trails
	Discover bool     // accounts are read from AWS Organizations
	Accounts []string // with the roles that are assumed; none: any account's
}

// AnyHub returns a hub that uses everything, under customary names.
func AnyHub() Hub {
	return Hub{
		Queues: []string{"riposte-*"}, Wake: []string{"riposte-wake*"}, Table: "riposte*", Bus: "arn:*:events:*:*:event-bus/*",
		Buckets: []string{"*"}, Discover: true,
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
	for _, p := range []struct {
		sid       string
		calls     []call.ID
		resources []string
	}{
		{"Receive", []call.ID{call.SQSChangeMessageVisibility, call.SQSDeleteMessage, call.SQSGetQueueAttributes, call.SQSReceiveMessage}, queues(append(slices.Clone(h.Queues), h.Wake...))},
		{"WakeLater", []call.ID{call.SQSSendMessage}, queues(h.Wake)},
		{"Record", []call.ID{
			call.DynamoDBBatchGetItem, call.DynamoDBDeleteItem, call.DynamoDBDescribeTable, call.DynamoDBGetItem, call.DynamoDBPutItem, call.DynamoDBQuery,
			call.DynamoDBScan, call.DynamoDBUpdateItem,
		}, each(list(h.Table), "arn:*:dynamodb:*:*:table/%s", "arn:*:dynamodb:*:*:table/%s/index/*")},
		{"Enter", []call.ID{call.STSAssumeRole}, r.entered(h.Accounts, tiers)},
		{"Discover", []call.ID{
			call.OrganizationsListAccounts, call.OrganizationsListAccountsForParent, call.OrganizationsListOrganizationalUnitsForParent,
			call.OrganizationsListRoots,
		}, map[bool][]string{true: {"*"}}[h.Discover]}, // these take no resource
		{"Publish", []call.ID{call.EventsPutEvents}, list(h.Bus)},
		{"ListTrail", []call.ID{call.S3ListBucket}, each(h.Buckets, "arn:*:s3:::%s")},
		{"ReadTrail", []call.ID{call.S3GetObject}, each(h.Buckets, "arn:*:s3:::%s/*")},
	} {
		if len(p.resources) > 0 {
			own.Document.Statement = append(own.Document.Statement, iam.Statement{Sid: p.sid, Effect: "Allow", Action: call.Actions(p.calls...), Resource: p.resources})
		}
	}
	if len(own.Document.Statement) == 0 {
		return own, fmt.Errorf("permissions of tier %q: there is nothing that riposte would use", Own)
	}
	return own, nil
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
