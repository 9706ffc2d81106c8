package names

import (
	"net/netip"
	"regexp"
	"strings"
)

// The endpoints of S3, with or without a bucket before them. Dash or dot before the region is taken for every region: AWS uses the dash in nine.
// https://docs.aws.amazon.com/general/latest/gr/s3.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
var (
	website = regexp.MustCompile(`^(?:(.+)\.)?s3-website(?:-fips)?[.-](?:dualstack[.-])?(` + regional + `)$`)
	storage = regexp.MustCompile(`^(?:(.+)\.)?s3(?:-fips)?(?:\.dualstack)?[.-](` + regional + `)$`)
	// those that name no region
	anywhere = regexp.MustCompile(`^(?:(.+)\.)?s3(?:-external-1|-accelerate(?:\.dualstack)?)?()$`)
)

// bucket returns the keys of a target at S3; false where it is none of S3's. The bucket called like the record comes first.
func bucket(s spelled, own string) ([]Key, bool) {
	for _, form := range []*regexp.Regexp{website, storage, anywhere} {
		m := form.FindStringSubmatch(s.labels)
		if m == nil {
			continue
		}
		partition, ok := s.in(m[2])
		if !ok || strings.HasPrefix(m[1], "-") {
			return nil, true
		}
		var keys []Key
		for _, name := range []string{own, m[1]} {
			if k := (Key{partition, S3, "", name}); IsBucket(name) && (len(keys) == 0 || keys[0] != k) {
				keys = append(keys, k)
			}
		}
		return keys, true
	}
	return nil, false
}

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// IsBucket reports whether a name is one that a bucket can be created by, which keeps underscores, IDN and wildcards out.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
func IsBucket(name string) bool {
	if !bucketName.MatchString(name) || strings.Contains(name, "..") {
		return false
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return false
	}
	for _, reserved := range []string{"xn--", "sthree-", "amzn-s3-demo-"} {
		if strings.HasPrefix(name, reserved) {
			return false
		}
	}
	for _, reserved := range []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"} {
		if strings.HasSuffix(name, reserved) {
			return false
		}
	}
	return true
}
