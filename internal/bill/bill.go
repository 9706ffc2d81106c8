// Package bill estimates what a deployment of riposte costs in a month, with the arithmetic shown.
package bill

// AsOf is when the prices were looked up: AWS's public list prices of us-east-1, in US dollars, without free tiers, discounts
// and taxes. Prices change, and differ by region: the pages named at each line have those of today.
const AsOf = "2026-11"

// Line is one item of the bill.
type Line struct {
	Item     string  `json:"item"`
	Quantity float64 `json:"quantity"` // a month, in Unit
	Unit     string  `json:"unit"`
	Price    float64 `json:"price"`   // dollars for one Unit
	Dollars  float64 `json:"dollars"` // a month
	Why      string  `json:"why"`     // how the quantity comes about
	Source   string  `json:"source"`  // the page with the price
}

// Load is what the estimate starts from.
type Load struct {
	Events float64 // delivered in a day: only those that match the rules' patterns are
	Cases  float64 // opened in a day
	Sweeps float64 // calls of sweeps in a day
}

// Typical is a load of so many events a day, of which one in a thousand opens a case.
func Typical(events float64) Load { return Load{Events: events, Cases: events / 1000} }

// What one event or one case takes, in the deployment as a function, which is the one with the longer bill.
const (
	days         = 365.0 / 12
	perMillion   = 1e-6
	sqsPerEvent  = 3              // sent, received, deleted: one by one, as with few events
	idlePolls    = 2 * 5 * 3 * 60 // an hour, for events and for wakes: Lambda's five pollers, each waiting 20 s
	seconds      = 0.1            // of the function for one event
	gigabytes    = 0.5            // its memory, as deploy/ has it
	ticks        = 60 * 24        // a day
	caseCommits  = 12             // transactions from first sight to the last look
	commitUnits  = 10             // five rows of at most 1 KB; in a transaction each counts twice
	readsPerTick = 7              // units: twelve pages of what is due, half a unit each, and whether effects changed
	logBytes     = 500            // for one event
	rowBytes     = 20e3           // kept of one case
	keptMonths   = 12             // of cases
	alarms       = 8              // of a function; a daemon has four
	metrics      = 22             // emf.Figures, each of which has values in a month, those of canaries where they are sent
)

// Estimate is the bill of a month, service by service as an event meets them.
func Estimate(l Load) []Line {
	events, cases, invoked := l.Events*days, l.Cases*days, (l.Events+ticks)*days
	lines := []Line{
		{Item: "EventBridge, AWS's own events on the default bus", Quantity: events, Unit: "events", Price: 0,
			Why: "rules on CloudTrail's events cost nothing", Source: "https://aws.amazon.com/eventbridge/pricing/"},
		{Item: "EventBridge, to the hub's bus in another account or region", Quantity: events, Unit: "events", Price: 1.00 * perMillion,
			Why: "once for each delivered event; none where hub and account are one", Source: "https://aws.amazon.com/eventbridge/pricing/"},
		{Item: "SQS requests", Quantity: events*sqsPerEvent + idlePolls*24*days, Unit: "requests", Price: 0.40 * perMillion,
			Why: "3 for each event (send, receive, delete), and for each of 2 queues 5 pollers of 3 a minute", Source: "https://aws.amazon.com/sqs/pricing/"},
		{Item: "Lambda requests", Quantity: invoked, Unit: "requests", Price: 0.20 * perMillion,
			Why: "one for each event, at most, and a tick a minute", Source: "https://aws.amazon.com/lambda/pricing/"},
		{Item: "Lambda time, arm64", Quantity: invoked * seconds * gigabytes, Unit: "GB seconds", Price: 0.0000133334,
			Why: "0.1 s with 512 MB for each request", Source: "https://aws.amazon.com/lambda/pricing/"},
		{Item: "DynamoDB writes, on demand", Quantity: cases * caseCommits * commitUnits, Unit: "units", Price: 0.625 * perMillion,
			Why: "12 transactions of 10 units for each case", Source: "https://aws.amazon.com/dynamodb/pricing/on-demand/"},
		{Item: "DynamoDB reads, on demand", Quantity: invoked*readsPerTick + cases*caseCommits*commitUnits, Unit: "units", Price: 0.125 * perMillion,
			Why: "7 units for each request, and what is read before each write", Source: "https://aws.amazon.com/dynamodb/pricing/on-demand/"},
		{Item: "DynamoDB storage", Quantity: cases * rowBytes * keptMonths / 1e9, Unit: "GB", Price: 0.25,
			Why: "20 KB for each case of the last 12 months", Source: "https://aws.amazon.com/dynamodb/pricing/on-demand/"},
		{Item: "CloudWatch Logs", Quantity: events * logBytes / 1e9, Unit: "GB", Price: 0.50,
			Why: "500 bytes for each event", Source: "https://aws.amazon.com/cloudwatch/pricing/"},
		{Item: "CloudWatch alarms", Quantity: alarms, Unit: "alarms", Price: 0.10,
			Why: "the hub's", Source: "https://aws.amazon.com/cloudwatch/pricing/"},
		{Item: "CloudWatch metrics", Quantity: metrics, Unit: "metrics", Price: 0.30,
			Why: "the function's own (lambda.metrics)", Source: "https://aws.amazon.com/cloudwatch/pricing/"},
		{Item: "Security Hub, findings imported", Quantity: cases * 3, Unit: "findings", Price: 0.00003,
			Why: "each case when opened, contained and closed", Source: "https://aws.amazon.com/security-hub/cspm/pricing/"},
	}
	if l.Sweeps > 0 {
		lines = append(lines,
			Line{Item: "GuardDuty, CloudTrail events of sweeps", Quantity: l.Sweeps * days, Unit: "events", Price: 4.00 * perMillion,
				Why: "each call of a sweep is a management event, where GuardDuty is on", Source: "https://aws.amazon.com/guardduty/pricing/"},
			Line{Item: "CloudTrail, events of sweeps in further trails", Quantity: l.Sweeps * days, Unit: "events", Price: 2.00 / 100_000,
				Why: "once for each trail beyond the first, which is free", Source: "https://aws.amazon.com/cloudtrail/pricing/"})
	}
	for i, x := range lines {
		lines[i].Dollars = x.Quantity * x.Price
	}
	return lines
}

// Total is the sum, in dollars a month.
func Total(lines []Line) (sum float64) {
	for _, l := range lines {
		sum += l.Dollars
	}
	return sum
}
