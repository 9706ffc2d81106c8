package s3

import (
	"regexp"
	"strings"
	"time"
)

// layout is where a trail writes its log files:
//
//	[PREFIX/]AWSLogs/[ORGANISATION/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz
//
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
type layout struct{ prefix string }

var (
	logFile = regexp.MustCompile(`^(o-[a-z0-9]{10,32}/)?[0-9]{12}/CloudTrail/[a-z0-9-]+/[0-9]{4}/[0-9]{2}/[0-9]{2}/[0-9]{12}_CloudTrail_[a-z0-9-]+_([0-9]{8}T[0-9]{4}Z)_[0-9A-Za-z]+\.json\.gz$`)
	organ   = regexp.MustCompile(`^o-[a-z0-9]{10,32}/$`)
	account = regexp.MustCompile(`^[0-9]{12}/$`)
)

const (
	dayFormat  = "2006/01/02/"
	fileFormat = "20060102T1504Z"
)

// root is where organisations and accounts lie.
func (l layout) root() string {
	if p := strings.Trim(l.prefix, "/"); p != "" {
		return p + "/AWSLogs/"
	}
	return "AWSLogs/"
}

// holds reports whether a key is a log file: digests and Insights, which lie beside them, are none.
func (l layout) holds(key string) bool {
	_, ok := l.delivered(key)
	return ok
}

// owner returns the account of the trail that a log file is of.
func (l layout) owner(key string) string {
	rest, _ := strings.CutPrefix(key, l.root())
	if i := strings.Index(rest, "/CloudTrail/"); i >= 12 {
		return rest[i-12 : i]
	}
	return ""
}

// delivered is when a log file was delivered, as its name says.
func (l layout) delivered(key string) (time.Time, bool) {
	rest, ok := strings.CutPrefix(key, l.root())
	found := logFile.FindStringSubmatch(rest)
	if !ok || found == nil {
		return time.Time{}, false
	}
	at, err := time.Parse(fileFormat, found[2])
	return at, err == nil
}

// days are the folders of one region from a moment on, each with the key behind which its files begin to count.
func days(region string, from, to time.Time) (folders, after []string) {
	parts := strings.Split(strings.TrimSuffix(region, "/"), "/")
	where, who := parts[len(parts)-1], parts[len(parts)-3]
	for day := from.Truncate(24 * time.Hour); !day.After(to); day = day.Add(24 * time.Hour) {
		folder := region + day.Format(dayFormat)
		folders = append(folders, folder)
		start := ""
		if from.After(day) {
			start = folder + who + "_CloudTrail_" + where + "_" + from.Format(fileFormat)
		}
		after = append(after, start)
	}
	return folders, after
}

// last is the last part of a folder's name, with its slash.
func last(folder string) string {
	return folder[strings.LastIndexByte(strings.TrimSuffix(folder, "/"), '/')+1:]
}
