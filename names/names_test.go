package names_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/names"
)

// regions are all that AWS had when this was written, and one that it may open.
var regions = map[string][]string{
	"aws": {
		"us-east-1", "us-east-2", "us-west-1", "us-west-2", "af-south-1", "ap-east-1", "ap-east-2", "ap-south-1", "ap-south-2", "ap-northeast-1", "ap-northeast-2",
		"ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7", "ca-central-1", "ca-west-1",
		"eu-central-1", "eu-central-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-south-1", "eu-south-2", "il-central-1", "me-central-1",
		"me-south-1", "mx-central-1", "sa-east-1", "xx-somewhere-9",
	},
	"aws-cn":     {"cn-north-1", "cn-northwest-1"},
	"aws-us-gov": {"us-gov-east-1", "us-gov-west-1"},
	"aws-eusc":   {"eusc-de-east-1"},
}

// ids of each service, as AWS gives or takes them.
var ids = map[names.Service]string{
	names.S3:                `[a-z0-9][a-z0-9-]{1,20}(\.[a-z0-9][a-z0-9-]{0,10})?[a-z0-9]`,
	names.ELB:               `[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?-([0-9]{8,10}|[0-9a-f]{16})`,
	names.Beanstalk:         `[a-z0-9][a-z0-9-]{2,20}[a-z0-9](\.eba-[a-z0-9]{8})?`,
	names.CloudFront:        `d[a-z0-9]{13}`,
	names.APIGateway:        `(d-)?[a-z0-9]{10}`,
	names.GlobalAccelerator: `a[0-9a-f]{16}`,
	names.Address:           `(3|18|52|54)\.([1-9]|1[0-9]{2})\.([1-9]|1[0-9]{2})\.([1-9]|1[0-9]{2})`,
}

// drawn is a resource of any service in any region.
func drawn(t *rapid.T) (names.Key, string) {
	partition := rapid.SampledFrom([]string{"aws", "aws-cn", "aws-us-gov", "aws-eusc"}).Draw(t, "partition")
	region := rapid.SampledFrom(regions[partition]).Draw(t, "region")
	service := rapid.SampledFrom([]names.Service{names.S3, names.ELB, names.Beanstalk, names.CloudFront, names.APIGateway, names.GlobalAccelerator, names.Address}).Draw(t, "service")
	k := names.Key{Partition: partition, Service: service, Region: region, ID: rapid.StringMatching(ids[service]).Draw(t, "id")}
	switch service {
	case names.S3:
		k.Region = ""
		if !names.IsBucket(k.ID) {
			t.Skip("no bucket's name")
		}
	case names.Address, names.CloudFront, names.GlobalAccelerator:
		k.Partition, k.Region = "aws", ""
	case names.Beanstalk:
		if partition == "aws-eusc" {
			t.Skip("how it is spelled there is not known")
		}
	}
	return k, region
}

// TestEveryFormIsParsedBack: whatever the spelling, upper case and trailing dots among them, a resource has one key.
func TestEveryFormIsParsedBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, region := drawn(t)
		forms := names.Forms(k, region)
		if len(forms) == 0 {
			t.Fatalf("%s has no form", k)
		}
		for _, f := range forms {
			for _, spelled := range []string{f, f + ".", strings.ToUpper(f)} {
				if got := names.Parse(spelled, ""); !slices.Equal(got, []names.Key{k}) {
					t.Fatalf("%s: %v, want %s", spelled, got, k)
				}
			}
		}
		if back, err := names.ParseKey(k.String()); err != nil || back != k {
			t.Fatalf("%s is read back as %s: %v", k, back, err)
		}
	})
}

// TestNamesakesHaveOtherKeys: what differs in partition or region is another resource, unless the name is one for all regions.
func TestNamesakesHaveOtherKeys(t *testing.T) {
	for _, c := range []struct {
		one, other string
		same       bool
	}{
		{"food.s3.us-east-1.amazonaws.com", "food.s3-website.eu-central-1.amazonaws.com", true},
		{"food.s3.us-east-1.amazonaws.com", "food.s3.cn-north-1.amazonaws.com.cn", false},
		{"food.s3.us-east-1.amazonaws.com", "food.s3.us-gov-west-1.amazonaws.com", false},
		{"web-1234567890.us-east-1.elb.amazonaws.com", "web-1234567890.elb.amazonaws.com", true},
		{"web-1234567890.us-east-1.elb.amazonaws.com", "web-1234567890.eu-west-1.elb.amazonaws.com", false},
		{"app.us-east-1.elasticbeanstalk.com", "app.eu-west-1.elasticbeanstalk.com", false},
		{"app.us-east-1.elasticbeanstalk.com", "app.elasticbeanstalk.com", false},
		{"52.45.102.28", "ec2-52-45-102-28.eu-west-1.compute.amazonaws.com", true},
	} {
		one, other := names.Parse(c.one, ""), names.Parse(c.other, "")
		if len(one) != 1 || len(other) != 1 || (one[0] == other[0]) != c.same {
			t.Errorf("%s is %v, %s is %v", c.one, one, c.other, other)
		}
	}
}

// TestARecordAtS3: S3 goes by the Host header, so that the bucket called like the record answers, whatever stands before the endpoint.
func TestARecordAtS3(t *testing.T) {
	bucket := func(id string) names.Key { return names.Key{Partition: "aws", Service: names.S3, ID: id} }
	for _, c := range []struct {
		record names.Record
		want   []names.Key
	}{
		{names.Record{Name: "www.example.com.", Type: "CNAME", Values: []string{"anything.s3-website-us-east-1.amazonaws.com"}}, []names.Key{bucket("www.example.com"), bucket("anything")}},
		{names.Record{Name: "www.example.com.", Type: "CNAME", Values: []string{"www.example.com.s3.amazonaws.com"}}, []names.Key{bucket("www.example.com")}},
		{names.Record{Name: "example.com.", Type: "A", Alias: "s3-website.eu-central-1.amazonaws.com."}, []names.Key{bucket("example.com")}},
		{names.Record{Name: `\052.example.com.`, Type: "CNAME", Values: []string{"food.s3.amazonaws.com"}}, []names.Key{bucket("food")}},
		{names.Record{Name: "xn--bcher-kva.example.com.", Type: "CNAME", Values: []string{"food.s3.amazonaws.com"}}, []names.Key{bucket("food")}},
		{names.Record{Name: "www.example.com.", Type: "TXT", Values: []string{"food.s3.amazonaws.com"}}, nil},
		{names.Record{Name: "www.example.com.", Type: "A", Alias: "other.example.com."}, nil},
	} {
		if got := c.record.Keys(); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.record, got, c.want)
		}
	}
}

// TestDelegations: a subdomain whose name servers are all of Route 53 stands for the zone of that name.
func TestDelegations(t *testing.T) {
	ours := []string{"ns-1.awsdns-00.com.", "ns-2.awsdns-01.org.", "ns-3.awsdns-02.co.uk.", "NS-4.AWSDNS-03.net."}
	zone := []names.Key{
		{Partition: "aws", Service: names.Delegation, ID: "dev.example.com/ns-1.awsdns-00.com,ns-2.awsdns-01.org,ns-3.awsdns-02.co.uk,ns-4.awsdns-03.net"},
		{Partition: "aws", Service: names.Zone, ID: "dev.example.com"},
	}
	for _, c := range []struct {
		values []string
		want   []names.Key
	}{
		{ours, zone},
		{append(slices.Clone(ours), "ns1.elsewhere.example."), nil},
		{[]string{"ns-1.awsdns-00.com.evil.example."}, nil},
		{nil, nil},
	} {
		if got := (names.Record{Name: "Dev.example.com.", Type: "NS", Values: c.values}).Keys(); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.values, got, c.want)
		}
	}
}

// TestWhatHasNoKey: nothing is done about what can't be told for sure.
func TestWhatHasNoKey(t *testing.T) {
	for name, target := range map[string]string{
		"nothing": "", "a dot": ".", "the domain alone": "amazonaws.com", "S3's endpoint alone": "s3.amazonaws.com", "a website's endpoint alone": "s3-website-us-east-1.amazonaws.com",
		"a look-alike": "x.s3.amazonaws.com.evil.example", "a look-alike with a dash": "x.s3-amazonaws.com", "glued on": "x.evils3.amazonaws.com", "a longer domain": "d1.cloudfront.net.example",
		"underscores": "my_bucket.s3.amazonaws.com", "an IDN": "bücher.s3.amazonaws.com", "an encoded IDN": "xn--bcher-kva.s3.amazonaws.com", "a wildcard": "*.s3.amazonaws.com",
		"two dots": "a..s3.amazonaws.com", "255 bytes": strings.Repeat("a.", 119) + "s3.amazonaws.com", "a label too long for a bucket": strings.Repeat("a", 64) + ".s3.amazonaws.com",
		"a bucket like an address": "52.1.1.1.s3.amazonaws.com", "an access point": "mine-s3alias.s3.us-east-1.amazonaws.com",
		"a region of another partition": "food.s3.cn-north-1.amazonaws.com", "a region of this one elsewhere": "food.s3.us-east-1.amazonaws.com.cn",
		"a private address": "10.0.0.1", "a shared one": "100.64.1.1", "loopback": "127.0.0.1", "link-local": "169.254.169.254", "for documentation": "203.0.113.7",
		"for documentation, too": "192.0.2.1", "multicast": "224.0.0.1", "an octal": "052.45.102.28", "IPv6": "2600:1f00::1", "mapped": "::ffff:52.45.102.28",
		"a private host name": "ip-10-0-0-1.ec2.internal", "a host name that is no address": "ec2-52-45-102.compute-1.amazonaws.com", "a private one behind a public name": "ec2-10-0-0-1.compute-1.amazonaws.com",
		"below a distribution": "x.y.cloudfront.net", "a database": "shop.abc.eu-west-1.rds.amazonaws.com", "a balancer without a number": "web.us-east-1.elb.amazonaws.com",
		"a vendor": "shop.saas.example", "Beanstalk's region alone": "us-east-1.elasticbeanstalk.com", "deep below Beanstalk": "a.b.c.us-east-1.elasticbeanstalk.com",
	} {
		if keys := names.Parse(target, ""); len(keys) > 0 {
			t.Errorf("%s: %q is %v", name, target, keys)
		}
	}
}

// TestWhoCouldClaim: what AWS gives to any customer, to one by luck, to none, each with a source.
func TestWhoCouldClaim(t *testing.T) {
	for target, want := range map[string]names.Claim{
		"food.s3.amazonaws.com": names.Anybody, "food-111122223333-eu-west-1-an.s3.amazonaws.com": names.Nobody,
		"app.us-east-1.elasticbeanstalk.com": names.Anybody, "app.eba-abcdefgh.us-east-1.elasticbeanstalk.com": names.Nobody, "eba-abcdefgh.us-east-1.elasticbeanstalk.com": names.Nobody,
		"52.45.102.28": names.Luck, "web-1234567890.us-east-1.elb.amazonaws.com": names.Nobody, "d111111abcdef8.cloudfront.net": names.Nobody,
		"abc123.execute-api.eu-west-1.amazonaws.com": names.Nobody, "a1b2.awsglobalaccelerator.com": names.Nobody,
	} {
		k := names.Parse(target, "")[0]
		if c := k.Claimable(); c.By != want || c.Why == "" || c.Source == "" {
			t.Errorf("%s: %+v, want %s", k, c, want)
		}
	}
	for _, s := range names.Services() {
		if c := (names.Key{Partition: "aws", Service: s, ID: "x"}).Claimable(); c.By == "" || c.Source == "" {
			t.Errorf("nobody knows who could claim %s", s)
		}
	}
}

func TestNamesAreUnescaped(t *testing.T) {
	for from, to := range map[string]string{`\052.example.com.`: "*.example.com.", `a\100b`: "a@b", "plain": "plain", `\9`: `\9`, `\400`: `\400`} {
		if got := names.Unescaped(from); got != to {
			t.Errorf("%s: %s, want %s", from, got, to)
		}
	}
}

// FuzzParse: whatever is written, a key is one of the table's, stable, and found again by its own spelling.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"food.s3.amazonaws.com", "dualstack.internal-web-1.us-east-1.elb.amazonaws.com", "52.45.102.28", "x.s3.amazonaws.com.evil.example", "a..s3.amazonaws.com", `\052.x`} {
		f.Add(seed, "www.example.com")
	}
	f.Fuzz(func(t *testing.T, target, own string) {
		for _, k := range names.Parse(target, own) {
			if !slices.Contains(names.Services(), k.Service) || k.ID == "" || k.ID != strings.ToLower(k.ID) || k.Claimable().By == "" {
				t.Fatalf("%q, %q: %v", target, own, k)
			}
			if back, err := names.ParseKey(k.String()); err != nil || back != k {
				t.Fatalf("%v is read back as %v: %v", k, back, err)
			}
			if !names.Points(target, own, k) {
				t.Fatalf("%q does not point to %v", target, k)
			}
		}
	})
}

func ExampleParse() {
	for _, target := range []string{"dualstack.internal-web-1234567890.eu-west-1.elb.amazonaws.com", "food.s3-website.eu-central-1.amazonaws.com", "shop.saas.example"} {
		fmt.Println(names.Parse(target, "www.example.com."))
	}
	// Output:
	// [aws/elb/eu-west-1/web-1234567890]
	// [aws/s3//www.example.com aws/s3//food]
	// []
}

// TestExamples: the names that are shown to people have forms that are read back, and say who could claim them, with a source.
func TestExamples(t *testing.T) {
	seen := map[names.Claim]bool{}
	for _, e := range names.Examples() {
		by := e.Key.Claimable()
		if seen[by.By] = true; by.Why == "" || by.Source == "" {
			t.Errorf("%s: %+v", e.Key, by)
		}
		for _, form := range names.Forms(e.Key, e.Region) {
			if !names.Points(form, "", e.Key) {
				t.Errorf("%s is not read back from %s", e.Key, form)
			}
		}
	}
	if len(seen) != 3 {
		t.Errorf("examples show %v alone", seen)
	}
}

// TestRecordsThatAreOdd: however many values, a record has each key once; of a type that points to nothing of AWS's it has none.
func TestRecordsThatAreOdd(t *testing.T) {
	many := names.Record{Name: "many.example.com.", Type: "A"}
	for i := range 400 {
		many.Values = append(many.Values, fmt.Sprintf("52.45.%d.%d", 100+i/256, i%256))
	}
	many.Values = append(many.Values, many.Values...)
	if got := many.Keys(); len(got) != 400 || got[399].ID != "52.45.101.143" {
		t.Errorf("of 400 values, twice: %d keys", len(got))
	}
	for _, kind := range []string{"TYPE65", "HTTPS", "SVCB", "MX", "SRV", "PTR", "CAA", "SPF", "", "cname"} {
		r := names.Record{Name: "odd.example.com.", Type: kind, Values: []string{"food.s3.amazonaws.com"}}
		if got := r.Keys(); len(got) > 0 {
			t.Errorf("type %q: %v", kind, got)
		}
	}
	for _, values := range [][]string{{""}, {"."}, {"FOOD.S3.AMAZONAWS.COM."}} {
		r := names.Record{Name: "ODD.example.com.", Type: "CNAME", Values: values}
		if got := r.Keys(); len(got) > 0 != (len(values[0]) > 1) || len(got) > 0 && got[len(got)-1].ID != "food" {
			t.Errorf("%q: %v", values, got)
		}
	}
}
