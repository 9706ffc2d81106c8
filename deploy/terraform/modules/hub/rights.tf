# What riposte may do itself, as internal/permissions lists it for the tier "own": take messages, keep its record, and
# assume its tiers' roles. Whatever it does in an account it does as one of those.

locals {
  role_owners = length(var.accounts) > 0 ? sort(distinct(concat(var.accounts, [local.account]))) : (
    var.organization_id != "" ? ["*"] : [local.account]
  )
  tiers      = ["audit", "tag", "report", "contain", "mend", "author", "destroy"]
  tier_roles = [for p in setproduct(local.role_owners, local.tiers) : "${local.prefix}:iam::${p[0]}:role${var.role_path}riposte-${p[1]}"]
}

resource "aws_iam_role" "own" {
  name               = "${var.name}-own"
  description        = "riposte itself, as a ${var.run_as}"
  assume_role_policy = local.lambda ? data.aws_iam_policy_document.function.json : data.aws_iam_policy_document.daemon.json
  tags               = var.tags
}

data "aws_iam_policy_document" "function" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "daemon" {
  dynamic "statement" {
    for_each = length(var.daemon_services) > 0 ? [1] : []
    content {
      actions = ["sts:AssumeRole"]
      principals {
        type        = "Service"
        identifiers = var.daemon_services
      }
    }
  }
  dynamic "statement" {
    for_each = length(var.daemon_principals) > 0 ? [1] : []
    content {
      actions = ["sts:AssumeRole"]
      principals {
        type        = "AWS"
        identifiers = var.daemon_principals
      }
    }
  }
}

resource "aws_iam_role_policy" "own" {
  name   = "own"
  role   = aws_iam_role.own.id
  policy = data.aws_iam_policy_document.own.json
}

data "aws_iam_policy_document" "own" {
  statement {
    sid       = "Receive"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
    resources = concat([aws_sqs_queue.events.arn], aws_sqs_queue.wake[*].arn, aws_sqs_queue.answers[*].arn, var.trail_queue_arn == null ? [] : [var.trail_queue_arn])
  }
  statement {
    sid       = "Record"
    actions   = local.record_calls
    resources = [aws_dynamodb_table.record.arn, "${aws_dynamodb_table.record.arn}/index/*"]
  }
  statement {
    sid       = "Enter"
    actions   = ["sts:AssumeRole"]
    resources = local.tier_roles
    dynamic "condition" {
      for_each = var.organization_id == "" ? [] : [var.organization_id]
      content {
        test     = "StringEquals"
        variable = "aws:ResourceOrgID"
        values   = [condition.value]
      }
    }
  }
  dynamic "statement" {
    for_each = local.lambda ? [1] : []
    content {
      sid       = "WakeLater"
      actions   = ["sqs:SendMessage"]
      resources = aws_sqs_queue.wake[*].arn
    }
  }
  dynamic "statement" {
    for_each = local.lambda ? [1] : []
    content {
      sid       = "Log"
      actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      resources = ["${aws_cloudwatch_log_group.function[0].arn}:*"]
    }
  }
  dynamic "statement" {
    for_each = var.discover ? [1] : []
    content {
      sid = "Discover"
      actions = [
        "organizations:ListRoots", "organizations:ListAccounts", "organizations:ListAccountsForParent",
        "organizations:ListOrganizationalUnitsForParent", "organizations:DescribeOrganization", "organizations:ListPoliciesForTarget",
        "organizations:DescribePolicy",
      ]
      resources = ["*"]
    }
  }
  statement {
    sid       = "Price"
    actions   = ["pricing:GetProducts"]
    resources = ["*"]
  }
  dynamic "statement" {
    for_each = var.report_bus_arn == null ? [] : [var.report_bus_arn]
    content {
      sid       = "Publish"
      actions   = ["events:PutEvents"]
      resources = [statement.value]
    }
  }
  dynamic "statement" {
    for_each = var.trail_bucket_arn == null ? [] : [var.trail_bucket_arn]
    content {
      sid       = "ReadTrail"
      actions   = ["s3:GetObject"]
      resources = ["${statement.value}/*"]
    }
  }
  dynamic "statement" {
    for_each = var.trail_bucket_arn == null ? [] : [var.trail_bucket_arn]
    content {
      sid       = "ListTrail"
      actions   = ["s3:ListBucket"]
      resources = [statement.value]
    }
  }
  dynamic "statement" {
    for_each = startswith(var.config_location, "s3:") ? [trimprefix(var.config_location, "s3://")] : []
    content {
      sid       = "ReadObject"
      actions   = ["s3:GetObject"]
      resources = ["${local.prefix}:s3:::${statement.value}"]
    }
  }
  dynamic "statement" {
    for_each = startswith(var.config_location, "ssm:") ? [trimprefix(var.config_location, "ssm:")] : []
    content {
      sid       = "ReadParameter"
      actions   = ["ssm:GetParameter"]
      resources = ["${local.prefix}:ssm:${local.region}:${local.account}:parameter${statement.value}"]
    }
  }
  dynamic "statement" {
    for_each = var.config_key_arn == null ? [] : [var.config_key_arn]
    content {
      sid       = "DecryptConfig"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]
    }
  }
  dynamic "statement" {
    for_each = var.trail_key_arn == null ? [] : [var.trail_key_arn]
    content {
      sid       = "DecryptTrail"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]
    }
  }
  dynamic "statement" {
    for_each = var.mail == null ? [] : [var.mail]
    content {
      sid       = "SendMail"
      actions   = ["ses:SendEmail"]
      resources = local.identities
      condition {
        test     = "StringLike"
        variable = "ses:FromAddress"
        values   = [statement.value.from]
      }
    }
  }
  dynamic "statement" {
    for_each = var.mail == null ? [] : [var.mail]
    content {
      sid       = "SeeIdentity"
      actions   = ["ses:GetEmailIdentity"]
      resources = local.identities
    }
  }
  dynamic "statement" {
    for_each = length(local.secrets) > 0 ? [1] : []
    content {
      sid       = "ReadSecrets"
      actions   = ["ssm:GetParameter"]
      resources = [for name in local.secrets : "${local.prefix}:ssm:*:${local.account}:parameter${name}"]
    }
  }
}

locals {
  identities = var.mail == null ? [] : [
    for name in [split("@", var.mail.from)[1], var.mail.from] : "${local.prefix}:ses:${var.mail.region}:${local.account}:identity/${name}"
  ]
  record_calls = [
    "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan",
    "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem",
  ]
}

# The role of the people who operate riposte: the brake, orders, the record. Whoever may take it may do with the record what riposte may.
resource "aws_iam_role" "operate" {
  count              = length(var.operators) > 0 ? 1 : 0
  name               = "${var.name}-operate"
  description        = "People who operate riposte: the brake, orders, the record"
  assume_role_policy = data.aws_iam_policy_document.operators[0].json
  tags               = var.tags
}

data "aws_iam_policy_document" "operators" {
  count = length(var.operators) > 0 ? 1 : 0
  statement {
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
    principals {
      type        = "AWS"
      identifiers = var.operators
    }
  }
}

resource "aws_iam_role_policy" "operate" {
  count  = length(var.operators) > 0 ? 1 : 0
  name   = "operate"
  role   = aws_iam_role.operate[0].id
  policy = data.aws_iam_policy_document.operate.json
}

data "aws_iam_policy_document" "operate" {
  statement {
    sid       = "Record"
    actions   = local.record_calls
    resources = [aws_dynamodb_table.record.arn, "${aws_dynamodb_table.record.arn}/index/*"]
  }
  dynamic "statement" {
    for_each = startswith(var.config_location, "s3:") ? [trimprefix(var.config_location, "s3://")] : []
    content {
      sid       = "ReadObject"
      actions   = ["s3:GetObject"]
      resources = ["${local.prefix}:s3:::${statement.value}"]
    }
  }
  dynamic "statement" {
    for_each = startswith(var.config_location, "ssm:") ? [trimprefix(var.config_location, "ssm:")] : []
    content {
      sid       = "ReadParameter"
      actions   = ["ssm:GetParameter"]
      resources = ["${local.prefix}:ssm:${local.region}:${local.account}:parameter${statement.value}"]
    }
  }
}
