// Package origin reads riposte's configuration from where it lies: a file, an object in S3, or a parameter of Systems Manager.
package origin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
)

// Most is the longest configuration that is read from S3, in bytes: who can write the object must not fill the memory.
const Most = 1 << 20

// Text is a configuration as it lies there.
type Text struct {
	Bytes   []byte
	Version string // "version 3", "version 3, sha256 51ab...", "etag 9b2c...", "sha256 51ab..."
}

// Reader reads a configuration, again and again. It is safe for concurrent use.
type Reader struct {
	// AWS signs as riposte itself; asked for only where a name is no file's.
	AWS func(context.Context) (func(event.Place) aws.Config, error)
	// Writer signs as who runs riposte: riposte itself may never write its configuration. Asked for by Replace alone.
	Writer func(context.Context) (func(event.Place) aws.Config, error)
	// Owner is the account that a bucket has to belong to; "": that of the credentials. A bucket's name may be anybody's once it was deleted.
	Owner string

	mu     sync.Mutex
	base   func(event.Place) aws.Config
	region string // of the bucket, once known
	object string // that etag and read are of
	etag   string
	read   Text
	arn    string // of the parameter that was read last
}

// The forms of a name. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
var (
	object    = regexp.MustCompile(`^s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/([^\x00-\x1f]+)$`)
	parameter = regexp.MustCompile(`^ssm:(/[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*)$`)
)

// Remote reports whether a name is not a file's.
func Remote(name string) bool {
	return strings.HasPrefix(name, "s3:") || strings.HasPrefix(name, "ssm:")
}

// Check is an error where a name can't be read from anywhere.
func Check(name string) error {
	switch {
	case strings.HasPrefix(name, "s3:") && !object.MatchString(name):
		return fmt.Errorf("%q: an object is named s3://BUCKET/KEY", name)
	case strings.HasPrefix(name, "ssm:") && !parameter.MatchString(name):
		return fmt.Errorf("%q: a parameter is named ssm:/NAME", name)
	}
	return nil
}

// Object is the bucket and the key of a name; false where it is no object's.
func Object(name string) (bucket, key string, ok bool) {
	m := object.FindStringSubmatch(name)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// Parameter is the parameter of a name; false where it is none's.
func Parameter(name string) (string, bool) {
	m := parameter.FindStringSubmatch(name)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// Read reads what lies there now. The error of a file is that of os.ReadFile.
func (r *Reader) Read(ctx context.Context, name string) (Text, error) {
	if !Remote(name) {
		b, err := os.ReadFile(name)
		return Text{b, digest(b)}, err
	}
	if err := Check(name); err != nil {
		return Text{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.base == nil {
		base, err := r.AWS(ctx)
		if err != nil {
			return Text{}, err
		}
		r.base = base
	}
	if p, ok := Parameter(name); ok {
		return r.parameter(ctx, p)
	}
	bucket, key, _ := Object(name)
	return r.get(ctx, bucket, key)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256 " + hex.EncodeToString(sum[:6])
}
