// Package takeover holds the playbooks about names that outlive what they point to: the customer who gets the resource's name next answers by the company's.
package takeover

import (
	_ "embed"
	"fmt"
	"slices"
	"time"

	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	s3 "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

//go:embed testdata/dangling-record.txtar
var danglingStories string

// DanglingParams are the parameters of takeover.dangling-record.
type DanglingParams struct {
	Wait      time.Duration `yaml:"wait" help:"how long after a deletion it is looked at: who makes the resource anew is not disturbed"`
	Sightings int           `yaml:"sightings" help:"complete sweeps that must have seen a record so, where no event told of a deletion: at least 1"`
	ActOn     []string      `yaml:"act_on" help:"who could claim the name, for a record to be deleted: anybody, by luck, nobody; of others people are told"`
	Vendors   []string      `yaml:"vendors" help:"targets that are somebody else's on purpose, as records have them: never looked at"`
}

// Validate refuses what names nobody.
func (p DanglingParams) Validate() error {
	for i, by := range p.ActOn {
		if c := names.Claim(by); c != names.Anybody && c != names.Luck && c != names.Nobody {
			return playbook.Wrong{Path: []any{"act_on", i}, Text: fmt.Sprintf("%q is not %s, %s or %s", by, names.Anybody, names.Luck, names.Nobody)}
		}
	}
	if p.Sightings < 1 {
		return playbook.Wrong{Path: []any{"sightings"}, Text: "at least 1"}
	}
	return nil
}

func (p DanglingParams) acts(on names.Claim) bool { return slices.Contains(p.ActOn, string(on)) }

func (p DanglingParams) vendor(target string) bool {
	return slices.ContainsFunc(p.Vendors, func(v string) bool { return names.Plain(v) == names.Plain(target) })
}

// DanglingRecord finds records of DNS that point to what was ours and is gone, or to what nobody has and anybody can take.
func DanglingRecord() playbook.Definition {
	return playbook.Define(playbook.Spec[DanglingParams, dangling]{
		ID:       "takeover.dangling-record",
		Title:    "A DNS record points to what is gone",
		Why:      whyDangling,
		Severity: playbook.High,
		AtOnce:   true, // who takes the name answers at once
		On: []playbook.Trigger{
			playbook.Call(call.S3DeleteBucket, call.EC2ReleaseAddress, call.ELBDeleteLoadBalancer).AlsoByAWS(),
			playbook.Observed(call.S3CreateBucket, call.EC2AllocateAddress, call.ELBCreateLoadBalancer, call.Route53ChangeResourceRecordSets),
		},
		Lists: []playbook.Listing[DanglingParams, dangling]{
			playbook.List(inventory.Records(), listRecord),
			playbook.ListNames[s3.Bucket, DanglingParams, dangling](inventory.Buckets()),
			playbook.ListNames[ec2.Address, DanglingParams, dangling](inventory.Addresses()),
			playbook.ListNames[inventory.LoadBalancer, DanglingParams, dangling](inventory.LoadBalancers()),
		},
		Window:  func(p DanglingParams) time.Duration { return p.Wait },
		Ripe:    func(k playbook.Streak, _ dangling, _ time.Time, p DanglingParams) bool { return k.Seen >= p.Sightings },
		Learns:  learn,
		Names:   []names.Service{names.S3, names.Address, names.ELB},
		Reads:   []call.ID{call.Route53ListResourceRecordSets, call.S3ListAllMyBuckets, call.EC2DescribeAddresses, call.ELBDescribeLoadBalancers},
		Changes: playbook.Always[DanglingParams](action.DeleteRecord{}.About().Kind, action.TakeValueOut{}.About().Kind),
		Prevents: []playbook.Prevention{{
			Kind: playbook.AccountSetting,
			How: "Make a record and what it points to in one stack, so that they go together, records first; give buckets names of the account's own regional namespace " +
				"(NAME-ACCOUNT-REGION-an), which no other account can take; point to addresses and balancers by alias records.",
		}},
		Stories:  danglingStories,
		Defaults: DanglingParams{Wait: 10 * time.Minute, Sightings: 2, ActOn: []string{string(names.Anybody), string(names.Luck)}},
		Suspect:  suspectDeleted,
		Check:    checkDangling,
		Plan:     planDangling,
	})
}

const whyDangling = `Whoever makes a bucket of a deleted one's name, or is given a released address, answers by every name of yours that still points
there: with your certificate where one is issued by DNS, your cookies, your mail. A deletion brings the records of all accounts that point to what is gone; a
sweep finds those whose bucket none of your accounts has. Whose a name is, the accounts themselves say, never an answer of DNS: where one account that could have
it was not read, nothing is found, and the case names it. Each record is read again right before. What was yours and is gone is deleted, or the
one value of several; what was never yours, what stands in a private zone, what is weighted, has a health check or is one of several sets is asked
about. S3 goes by the Host header: a record at S3 stands for the bucket called like the record, whatever stands before the endpoint. Known false positives:
vendors' buckets (vendors), a bucket that is made anew within wait, which is not disturbed. Names that only AWS gives out, of load balancers, are told and left,
unless act_on has nobody. Not seen: DNS outside Route 53, MX and SRV records, classic load balancers, CloudFront's origins, API Gateway, Elastic Beanstalk and addresses that are no
Elastic IPs. Where code owns the record, deleting it is half: the next run makes it again, so that the change is proposed there as well (code: both, unless the file says otherwise).
Of code, Terraform's states are known and a plain block of the root module is changed: modules and Terragrunt are told, CloudFormation's record sets and RecordSetGroups are not known. The contain tier deletes; taking a value out, and undo, need the author tier, without
which undo says the change batch that a person can give Route 53.`
