package use

import (
	"regexp"
	"strings"
	"sync"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/iam/rewrite"
)

// Actions are those that a recorded call needs; none where no action is known for it. A record's name is mostly the action's own.
func Actions(source, name string) []string {
	id := call.Recorded(source, name)
	service := serviceBySource(source)
	for _, s := range spellings() {
		if s.service == service && s.name == name {
			return full(service, s.actions)
		}
	}
	name = dated.ReplaceAllString(id.Name(), "")
	for _, a := range []string{string(id), service + ":" + name} {
		if catalogue().Has(a) {
			return []string{a}
		}
	}
	return nil
}

func full(service string, names string) (out []string) {
	for name := range strings.FieldsSeq(names) {
		out = append(out, service+":"+name)
	}
	return out
}

// dated is the API's date behind the names of Lambda and CloudFront.
var dated = regexp.MustCompile(`(20\d{6}|20\d\d_\d\d_\d\d)(v\d+)?$`)

var catalogue = sync.OnceValue(rewrite.AWS)

// serviceBySource is the IAM prefix of an event source; "" where no service of that name is known.
func serviceBySource(source string) string {
	host, _ := strings.CutSuffix(source, ".amazonaws.com")
	for prefix, other := range sources() {
		if host == other {
			return prefix
		}
	}
	service := call.Recorded(source, "X").Service()
	if !catalogue().Knows(service) {
		return ""
	}
	return service
}

// sources are event sources that are named otherwise than the actions of their service, by prefix.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-aws-service-specific-topics.html
func sources() map[string]string {
	return map[string]string{
		"cloudwatch": "monitoring", "ses": "email", "tag": "tagging", "serverlessrepo": "awsserverlessrepo", "mobiletargeting": "pinpoint",
		"aws-marketplace": "marketplace",
	}
}

// spelling is a call that is not named as the actions that it needs are.
type spelling struct{ service, name, actions string }

// spellings are the known ones. Of S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html; that the list
// has all is not claimed: a call that is nowhere makes its service unknown.
func spellings() []spelling {
	return []spelling{
		{"lambda", "Invoke", "InvokeFunction"},
		{"s3", "ListBuckets", "ListAllMyBuckets"},
		{"s3", "ListObjects", "ListBucket"},
		{"s3", "ListObjectsV2", "ListBucket"},
		{"s3", "ListObjectVersions", "ListBucketVersions"},
		{"s3", "HeadBucket", "ListBucket"},
		{"s3", "HeadObject", "GetObject"},
		{"s3", "SelectObjectContent", "GetObject"},
		{"s3", "CopyObject", "PutObject GetObject"},
		{"s3", "CreateMultipartUpload", "PutObject"},
		{"s3", "UploadPart", "PutObject"},
		{"s3", "UploadPartCopy", "PutObject GetObject"},
		{"s3", "CompleteMultipartUpload", "PutObject"},
		{"s3", "ListParts", "ListMultipartUploadParts"},
		{"s3", "ListMultipartUploads", "ListBucketMultipartUploads"},
		{"s3", "DeleteObjects", "DeleteObject DeleteObjectVersion"},
		{"s3", "GetBucketEncryption", "GetEncryptionConfiguration"},
		{"s3", "PutBucketEncryption", "PutEncryptionConfiguration"},
		{"s3", "DeleteBucketEncryption", "PutEncryptionConfiguration"},
		{"s3", "GetBucketLifecycle", "GetLifecycleConfiguration"},
		{"s3", "GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"},
		{"s3", "PutBucketLifecycle", "PutLifecycleConfiguration"},
		{"s3", "PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"},
		{"s3", "DeleteBucketLifecycle", "PutLifecycleConfiguration"},
		{"s3", "GetBucketReplication", "GetReplicationConfiguration"},
		{"s3", "PutBucketReplication", "PutReplicationConfiguration"},
		{"s3", "DeleteBucketReplication", "PutReplicationConfiguration"},
		{"s3", "GetBucketCors", "GetBucketCORS"},
		{"s3", "PutBucketCors", "PutBucketCORS"},
		{"s3", "DeleteBucketCors", "PutBucketCORS"},
		{"s3", "GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"},
		{"s3", "PutBucketAccelerateConfiguration", "PutAccelerateConfiguration"},
		{"s3", "GetPublicAccessBlock", "GetBucketPublicAccessBlock GetAccountPublicAccessBlock"},
		{"s3", "PutPublicAccessBlock", "PutBucketPublicAccessBlock PutAccountPublicAccessBlock"},
		{"s3", "DeletePublicAccessBlock", "PutBucketPublicAccessBlock PutAccountPublicAccessBlock"},
		{"s3", "DeleteBucketPublicAccessBlock", "PutBucketPublicAccessBlock"},
		{"s3", "DeleteBucketTagging", "PutBucketTagging"},
		{"s3", "DeleteBucketOwnershipControls", "PutBucketOwnershipControls"},
		{"s3", "GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"},
		{"s3", "PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"},
		{"s3", "GetBucketNotificationConfiguration", "GetBucketNotification"},
		{"s3", "PutBucketNotificationConfiguration", "PutBucketNotification"},
		{"dynamodb", "TransactGetItems", "GetItem"},
		{"dynamodb", "TransactWriteItems", "PutItem UpdateItem DeleteItem ConditionCheckItem"},
		{"dynamodb", "ExecuteStatement", "PartiQLSelect PartiQLInsert PartiQLUpdate PartiQLDelete"},
		{"dynamodb", "ExecuteTransaction", "PartiQLSelect PartiQLInsert PartiQLUpdate PartiQLDelete"},
		{"dynamodb", "BatchExecuteStatement", "PartiQLSelect PartiQLInsert PartiQLUpdate PartiQLDelete"},
	}
}

// beside reports whether calls of other names may need an action without a record of its own: tags that are put on what is made, roles that
// are made for services.
func beside(action string) bool {
	_, name, _ := strings.Cut(action, ":")
	return strings.HasPrefix(name, "Tag") || strings.HasPrefix(name, "AddTags") || strings.HasPrefix(name, "CreateTags") ||
		strings.HasSuffix(name, "Tagging") || strings.HasSuffix(name, "Tags") || name == "CreateServiceLinkedRole" || name == "CreateGrant"
}
