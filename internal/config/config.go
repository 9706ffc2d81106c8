// Package config is the one YAML file: what stands in it, its defaults, and everything that can be wrong with it.
package config

import (
	"strconv"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/strict"
	"github.com/ripostehq/riposte/playbook"
)

// Config is a checked configuration. An empty file gives one that watches with every playbook and changes nothing.
type Config struct {
	File         string // or s3://BUCKET/KEY, or ssm:/NAME; "" where there is none
	Version      string // of what was read there; "" where its reader does not say
	Organization Organization
	People       event.People
	Domains      []string // of addresses that are believed and written to; none: any
	Groups       map[string]Group
	Owners       Owners
	Approval     Approval
	Exceptions   Exceptions
	Trusted      []Trust
	Untouchable  []string // ARNs, exact
	BreakGlass   []Principal
	Sources      []Source
	Ledger       Ledger
	Report       Report
	Limits       Limits
	Tags         Tags
	Console      Console
	Metrics      Metrics
	Canary       Canary
	Sweep        Sweep
	Code         Code
	Lambda       Lambda
	Playbooks    []playbook.Playbook // all of the catalogue, bound to their parameters, in its order
	Warnings     []strict.Problem    // what is allowed and unwise

	root     strict.Node    // of the file
	params   map[string]any // by playbook: pointers to what they were bound to
	fallback rule
	rules    map[string]rules  // by playbook
	inCode   map[string]InCode // what playbooks do about what code makes, where the file does not say
	tells    map[string]bool   // playbooks that answer nothing, whatever is said of their modes

	treatments map[string]Treatment // by playbook
	accounts   map[string]Account
	offices    playbook.Ranges
	egress     playbook.Ranges
}

// Account is what the configuration says of an account; false where it says nothing.
func (c *Config) Account(id string) (Account, bool) {
	a, ok := c.accounts[id]
	return a, ok
}

// Line is where the file says something, as trusted[0] or organization.regions: from 1, or 0 where there is no file.
func (c *Config) Line(said string) int {
	var path []any
	for _, step := range strings.FieldsFunc(said, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		if i, err := strconv.Atoi(step); err == nil {
			path = append(path, i)
		} else {
			path = append(path, step)
		}
	}
	return c.root.At(path...).Line()
}

// file is the YAML file as it is written; Config is what it means.
type file struct {
	Organization Organization `yaml:"organization" help:"The accounts that riposte defends, and how it enters them."`
	People       people       `yaml:"people" help:"Issuers of human role sessions: only those that a person has to sign in for. And who is who, where orders are not anybody's."`
	Trusted      []Trust      `yaml:"trusted" help:"Automation that may do what a playbook would answer. It never counts for evasion and decoys."`
	Untouchable  []string     `yaml:"untouchable" help:"ARNs of resources that riposte never changes, exact. Its own are known anyway."`
	BreakGlass   []Principal  `yaml:"break_glass" help:"Principals that are never contained and always paged: {arn, id}, or the ARN alone. What one that is known by its id makes is asked about before it is answered. Of one that is known by its ARN alone it is not, and such a user ends no containment."`
	Playbooks    strict.Node  `yaml:"playbooks" help:"Modes and parameters. A playbook that is not named runs with the defaults."`
	Sources      []Source     `yaml:"sources" help:"Where events come from."`
	Ledger       Ledger       `yaml:"ledger" help:"Where the record is kept: sqlite:FILE or dynamodb:TABLE."`
	Report       Report       `yaml:"report" help:"Where cases are reported, and how people are told."`
	Limits       Limits       `yaml:"limits" help:"Breakers: above them mending and destroying are held. Containment goes on, and pages."`
	Owners       Owners       `yaml:"owners" help:"Whose things are."`
	Approval     Approval     `yaml:"approval" help:"Who may approve, dismiss, undo and let be, and what it means that nobody answers. Without approvers it is whoever can write the ledger."`
	Exceptions   Exceptions   `yaml:"exceptions" help:"How long the same finding may stay unanswered, after an undo or by an exception, where there are approvers: 36h, 31d."`
	Tags         Tags         `yaml:"tags" help:"The tags that riposte writes on what it changes: the case and the playbook, never over a tag that is there. They need roles.tag, come after the change, and go when it is taken back."`
	Console      Console      `yaml:"console" help:"The web pages."`
	Metrics      Metrics      `yaml:"metrics" help:"What riposte serve tells of itself."`
	Canary       Canary       `yaml:"canary" help:"Harmless marked calls that show, on a schedule, that events arrive from each account and region."`
	Sweep        Sweep        `yaml:"sweep" help:"Once a day, what lies in each account and region is listed, for playbooks that look for what no event shows."`
	Code         Code         `yaml:"code" help:"Where the code is that makes resources: what it makes is mended there."`
	Lambda       Lambda       `yaml:"lambda" help:"What the Lambda function needs beside the rest."`
}

// Organization is what riposte defends.
type Organization struct {
	Discover bool      `yaml:"discover" help:"Take accounts and OUs from AWS Organizations, and enabled regions from each account."`
	Accounts []Account `yaml:"accounts" help:"Accounts by hand; they refine what was discovered. Without discover, an account that is not listed counts as a stranger: shares with it are taken back, and its images are answered."`
	Regions  []string  `yaml:"regions" help:"Regions in which riposte does more than observe; elsewhere it observes at most, and pages. What is in no region (IAM) is answered wherever it is called. None: every region that events come from."`
	Offices  []string  `yaml:"offices" help:"Blocks of addresses from which the organisation's people call: offices, VPNs."`
	Egress   []string  `yaml:"egress" help:"Blocks of addresses by which instances of any account go out: a central NAT, an inspection VPC, a proxy. Credentials that are used from there count as used where they belong."`
	Vendors  []Vendor  `yaml:"vendors" help:"Accounts of others that the organisation gives data to: a backup vendor's. Shares with them are left alone, by whichever caller; a share with everybody never is."`
	Roles    Roles     `yaml:"roles" help:"Roles in each account, one per tier of rights. None at all: the process's own credentials."`
}

// Vendor is an account of another organisation that is given data.
type Vendor struct {
	ID   string `yaml:"id" help:"Twelve digits, in quotes: leading zeros count."`
	Name string `yaml:"name" help:"For people: it stands beside the account in what replay says."`
}

// Account is one AWS account.
type Account struct {
	ID          string `yaml:"id" help:"Twelve digits, in quotes: leading zeros count."`
	Name        string `yaml:"name" help:"For people."`
	Environment string `yaml:"environment" help:"A name that modes can refer to: production, development."`
	OU          string `yaml:"ou" help:"The organisational unit it is in, where that is not discovered: ou-ab12-cdef3456."`
}

// Roles are names, with path, of the roles that riposte assumes. A tier without one is switched off.
type Roles struct {
	Audit      string `yaml:"audit" help:"Reads: enough to observe."`
	Tag        string `yaml:"tag" help:"Writes riposte's own tags, on what was changed too, and no others."`
	Report     string `yaml:"report" help:"Imports findings into Security Hub."`
	Contain    string `yaml:"contain" help:"Contains: attaches pre-deployed denies, switches keys off, suspends. Can't write a policy."`
	Mend       string `yaml:"mend" help:"Puts right what a sweep finds, and gives back what was deleted: snapshots, volumes, addresses. Off unless named."`
	Author     string `yaml:"author" help:"Writes policies. Off unless named."`
	Destroy    string `yaml:"destroy" help:"Terminates and deletes. Off unless named."`
	ExternalID string `yaml:"external_id" help:"Passed when a role is assumed."`
}

// Tier is one set of rights, and the role that has it.
type Tier struct{ Name, Role string }

// Tiers are all of them, those without a role too.
func (r Roles) Tiers() []Tier {
	return []Tier{{"audit", r.Audit}, {"tag", r.Tag}, {"report", r.Report}, {"contain", r.Contain}, {"mend", r.Mend}, {"author", r.Author}, {"destroy", r.Destroy}}
}

// Granted reports whether riposte has a tier of rights: by a role that is named for it, or, where no role is named at all, by
// acting as itself.
func (c *Config) Granted(t action.Tier) bool {
	r := c.Organization.Roles
	if r == (Roles{ExternalID: r.ExternalID}) {
		return true
	}
	switch t {
	case action.TierTag:
		return r.Tag != ""
	case action.TierContain:
		return r.Contain != ""
	case action.TierMend:
		return r.Mend != ""
	case action.TierAuthor:
		return r.Author != ""
	case action.TierDestroy:
		return r.Destroy != ""
	}
	return false
}

type people struct {
	Issuers     []string `yaml:"issuers" help:"ARN patterns of the roles behind the sessions; * stands for any text within its part."`
	SessionName string   `yaml:"session_name" help:"Regular expression for the whole session name, by which a person is named. Default: any. It excepts nobody: sessions of issuers with other names count as by hand too; trust their role instead."`

	Address string            `yaml:"address" help:"Makes a person's address of a name without an @: {session}@example.com. Default: the name is the address."`
	Users   map[string]string `yaml:"users" help:"Whose an IAM user is: its ARN, and the person's address."`
	Aliases map[string]string `yaml:"aliases" help:"Further addresses of a person, and the one that counts."`
	Domains []string          `yaml:"domains" help:"What stands behind the @ of every address that is believed and written to. None: anything."`
	Groups  map[string]Group  `yaml:"groups" help:"People that other keys refer to by one name."`
}

// Trust lets one issuer do what some playbooks would answer.
type Trust struct {
	Issuer    string   `yaml:"issuer" help:"ARN of a role or user with its path, in an account of the organisation."`
	ID        string   `yaml:"id" help:"Its unique id, AROA... or AIDA... (riposte doctor prints it). Without it any principal with the ARN counts: a role is let through and people are paged, a user is not trusted."`
	Playbooks []string `yaml:"playbooks" help:"Ids, or a theme: launch.*"`
}

// Principal is the principal that is trusted.
func (t Trust) Principal() Principal { return Principal{t.Issuer, t.ID} }

// Source is where events come from: exactly one of these is set.
type Source struct {
	SQS   *SQS   `yaml:"sqs" help:"A queue that EventBridge rules deliver to."`
	HTTP  *HTTP  `yaml:"http" help:"A listener for events that are posted, by an API destination of EventBridge."`
	S3    *S3    `yaml:"s3" help:"The bucket of a trail: EventBridge may lose events, the trail has them all."`
	Stdin *Stdin `yaml:"stdin" help:"Records from standard input: {}."`
}

// SQS is a queue.
type SQS struct {
	QueueURL string `yaml:"queue_url" help:"The queue's URL."`
	Region   string `yaml:"region" help:"The queue's region."`
	Bare     bool   `yaml:"bare" help:"Believe records outside an event of EventBridge's as well, in a notification of SNS or by themselves: a sender to the queue can then make up what any actor did. Default false."`
}

// HTTP is a listener.
type HTTP struct {
	Listen    string `yaml:"listen" help:"Address and port: 127.0.0.1:8418."`
	SecretEnv string `yaml:"secret_env" help:"Name of the environment variable that holds the shared secret, sent in the header X-Riposte-Secret."`
	Bare      bool   `yaml:"bare" help:"Believe records outside an event of EventBridge's as well: a sender with the secret can then make up what any actor did. Default false."`
}

// Lambda is what riposte needs where it runs as a function; its sources are the function's own triggers.
type Lambda struct {
	Queues    []string `yaml:"queues" help:"URLs of the queues that bring the function its events, in its region. Messages of any other queue that is mapped to it are refused; without one, it takes only what EventBridge invokes it with."`
	WakeQueue string   `yaml:"wake_queue" help:"URL of a queue that invokes the function, in its region: delayed messages bring it back when something is due. Without one only the scheduled tick does."`
	Metrics   string   `yaml:"metrics" help:"The function's figures are metrics of this namespace in CloudWatch, which takes them out of the function's log. Default riposte; \"\" switches them off."`

	AnswerQueue string `yaml:"answer_queue" help:"URL of a queue that brings the function people's clicks, in its region, and nothing else: not one of those above."`
}

// Limits are durable breakers. Zero would hold everything and is refused.
type Limits struct {
	IncidentsPerHour int `yaml:"incidents_per_hour" help:"Incidents per playbook, account and organisation that may be acted on in an hour. Default 10."`
	DestroyPerHour   int `yaml:"destroy_per_hour" help:"Of these, incidents in which something is destroyed. Default 3."`
}

// Tags are those that riposte writes.
type Tags struct {
	Prefix string `yaml:"prefix" help:"Begins both keys, PREFIXcase and PREFIXvariance. Default riposte:"`
}

// DefaultMetrics is where riposte serve tells of itself unless the file says otherwise: to its own machine.
const DefaultMetrics = "127.0.0.1:9418"

// DefaultNamespace is where the function's figures are in CloudWatch unless the file says otherwise.
const DefaultNamespace = "riposte"

// Metrics is where riposte serve tells of itself.
type Metrics struct {
	Listen string `yaml:"listen" help:"Address and port of /metrics, /healthz and /readyz, for all that can reach it: it asks for no password. Default 127.0.0.1:9418; \"\" switches it off."`
}

// Canary is the schedule of canaries.
type Canary struct {
	Every Span `yaml:"every" help:"How often one is sent into each account and region, spread over that time: from 1h to 30d. Each leaves a dismissed case in the ledger. Where organization.regions names none, those of a discovered account are meant, of another riposte's own region alone. Without it none is sent: 24h, 7d."`
}
