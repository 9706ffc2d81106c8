package action

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// definitive are AWS's error codes that no repetition changes: the next rung's turn. Everything else (throttling,
// time-outs, 5xx, codes that stand in no list) may have taken effect or may pass: the case looks again. So do IAM's
// ConcurrentModification and EntityTemporarilyUnmodifiable, which AWS says to try again after some minutes: every rung is of
// the same user or role, so that the next one would be refused as well, and a ladder that was refused often enough is given up.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html#API_UpdateUser_Errors
//
// Sources: the "Errors" sections of the API references of IAM, EC2 and Auto Scaling, and their common errors.
var definitive = []string{
	"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", // riposte lacks the right, or was denied it
	"AuthFailure", "OptInRequired",
	"LimitExceeded",      // IAM: ten policies attached, or the inline budget of 2,048 or 10,240 characters is full
	"UnmodifiableEntity", // IAM: a service-linked role
	"PolicyNotAttachable", "MalformedPolicyDocument", "InvalidInput",
	"DeleteConflict",        // IAM: the user was given something since it was looked at
	"OperationNotPermitted", // EC2: the instance is protected; see Terminate
	"UnsupportedOperation", "Unsupported", "InvalidParameterCombination", "InvalidParameterValue",
	"InvalidGroup.NotFound", "InvalidGroupId.Malformed", "InvalidSecurityGroupID.NotFound",
	"InvalidLaunchTemplateId.VersionNotFound", "InvalidLaunchTemplateName.VersionNotFound",
	"TagLimitExceeded", "InvalidID", // EC2: fifty tags are there; what is to be tagged is nothing
	"VolumeInUse", "InvalidIPAddress.InUse", "InvalidSnapshot.InUse", "AddressLimitExceeded", "SnapshotLimitExceeded", "VolumeLimitExceeded",
	"DBSnapshotAlreadyExists", "DBClusterSnapshotAlreadyExistsFault", "DBClusterQuotaExceededFault", "SnapshotQuotaExceeded", "InstanceQuotaExceeded", "StorageQuotaExceeded", // RDS
	"InvalidChangeBatch", "HostedZoneNotEmpty", // Route 53: the record is another one by now, or may not be so
	"InvalidTarget", // ELB: not of the group's network, or not running
	"SSLPolicyNotFound",
	"ResourceInUse",                                                                                                      // ELB: an endpoint service or another service stands on the balancer
	"ClusterSnapshotAlreadyExists", "ClusterSnapshotQuotaExceeded", "ClusterQuotaExceeded", "NumberOfNodesQuotaExceeded", // Redshift
	"ValidationError", // Auto Scaling: among others a group that is gone, a capacity below the minimum
}

// absent are the codes that say that what was named is not there. Of IAM's one it depends on the call what is meant:
// Look tells a missing target from a missing policy.
var absent = []string{
	"NoSuchEntity", "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed", "InvalidLaunchTemplateId.NotFound",
	"InvalidLaunchTemplateName.NotFoundException", "InvalidLaunchTemplateId.Malformed", "InvalidNetworkInterfaceID.NotFound",
	"InvalidSnapshot.NotFound", "InvalidVolume.NotFound", "InvalidAllocationID.NotFound", "InvalidAMIID.NotFound", "InvalidFleetId.NotFound", "InvalidSpotFleetRequestId.NotFound", "InvalidSpotInstanceRequestID.NotFound",
	"NoSuchHostedZone",
	"LoadBalancerNotFound", "ListenerNotFound", "TargetGroupNotFound", // ELB
	"DBInstanceNotFound", "DBInstanceNotFoundFault", "DBSnapshotNotFound", "DBSnapshotNotFoundFault",
	"DBClusterNotFoundFault", "DBClusterSnapshotNotFoundFault", "ClusterNotFound", "ClusterSnapshotNotFound", "ResourceNotFoundFault",
}

// Refused says of a failed change whether it failed for good. What is not found is left to the next look, which knows
// whether the target is gone.
func Refused(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case code(err) == "ValidationError" && strings.Contains(err.Error(), "is not in InService"): // Auto Scaling, of an instance on its way into service: that passes
		return fmt.Errorf("%s: %w", what, err)
	case slices.Contains(definitive, code(err)):
		return fmt.Errorf("%s: %w: %w", what, ErrCannot, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// undeployed says of a failed attachment whether it failed for good. Look has just seen the user or role, so that what IAM
// does not find is the policy; or a user that was renamed since, which the look of the next rung finds at once.
func undeployed(what string, err error) error {
	if Missing(err) {
		return fmt.Errorf("%s: %w: %w", what, ErrCannot, err)
	}
	return Refused(what, err)
}

// cannot refuses without a call: the rules of AWS say that it would fail.
func cannot(why string) error { return fmt.Errorf("%s: %w", why, ErrCannot) }

// Missing reports whether AWS says of what was named that it is not there.
func Missing(err error) bool { return slices.Contains(absent, code(err)) }

// code is AWS's error code, "" where AWS did not answer.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}
