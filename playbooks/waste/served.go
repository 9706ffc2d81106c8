package waste

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// keepers are the beginnings of tags of what backup, recovery and other services hold ready: such a resource is not unused.
var keepers = [...]string{"aws:backup:", "awsbackup", "aws:dlm:", "dlm:", "AWSElasticDisasterRecovery", "AWSApplicationMigrationService", "aws:"}

// claims are the tags of volumes that a Kubernetes cluster made for a claim: a set of pods at zero looks like waste.
// https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
var claims = [...]string{"kubernetes.io/created-for/pvc/name", "ebs.csi.aws.com/cluster", "CSIVolumeName", "KubernetesCluster"}

// backedUp are the tags of snapshots that a Kubernetes cluster or a backup of one holds: of a VolumeSnapshot, of Velero's backups.
// https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
// https://velero.io/docs/main/how-velero-works/
var backedUp = [...]string{"CSIVolumeSnapshotName", "velero.io/backup", "velero.io/storage-location", "velero.io/pv"}

// heldByCluster reports whether a Kubernetes cluster may restore from a snapshot: an object of the cluster's names it, and nothing on AWS does.
func heldByCluster(tags map[string]string) bool {
	return claimed(tags) || slices.ContainsFunc(backedUp[:], func(key string) bool { _, has := tags[key]; return has })
}

// served reports whether a service holds a resource ready.
func served(tags map[string]string, operator *types.OperatorResponse) bool {
	if operator != nil && aws.ToBool(operator.Managed) {
		return true
	}
	for key := range tags {
		if strings.HasPrefix(key, "aws:cloudformation:") {
			continue
		}
		if slices.ContainsFunc(keepers[:], func(k string) bool { return strings.HasPrefix(key, k) }) {
			return true
		}
	}
	return false
}

// claimed reports whether a Kubernetes claim may want a volume again.
func claimed(tags map[string]string) bool {
	for key := range tags {
		if strings.HasPrefix(key, "kubernetes.io/cluster/") || slices.Contains(claims[:], key) {
			return true
		}
	}
	return false
}
